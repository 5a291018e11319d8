// A drawing in Graphviz's DOT language. Legible on light and dark pages: filled boxes, dark text on them.
import type { StepState } from '../plan.ts';
import type { Drawing } from './drawing.ts';

const fills: Readonly<Record<StepState, string>> = { cached: '#cfe8d5', run: '#ffe3a8', pending: '#cfe2f7' };

export function planDot(drawing: Drawing): string {
  const boxes = drawing.boxes.map((box) => {
    const label = [`${box.kind} ${box.name}`, box.instance, box.status]
      .filter((line) => line !== '')
      .join('\n');
    const fill = box.state === undefined ? '#eceff3' : fills[box.state];
    return `  ${box.key} [label=${quoted(label)}, fillcolor="${fill}", tooltip=${quoted(box.tooltip)}];`;
  });
  return [
    `digraph ${quoted(drawing.title)} {`,
    '  rankdir=LR;',
    '  bgcolor="transparent";',
    '  node [shape=box, style="rounded,filled", color="#6b7280", fontcolor="#111827", fontname="Helvetica"];',
    '  edge [color="#6b7280"];',
    ...boxes,
    ...drawing.arrows.map(([from, to]) => `  ${from} -> ${to};`),
    '}',
    '',
  ].join('\n');
}

/** A DOT string: a backslash is doubled, because `\N` and the like mean something in labels. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
