// A drawing as a Mermaid flowchart, for Markdown pages that render it.
import type { StepState } from '../plan.ts';
import type { Drawing } from './drawing.ts';

const looks: Readonly<Record<StepState, string>> = {
  cached: 'fill:#cfe8d5,stroke:#3f8f57,color:#111827',
  run: 'fill:#ffe3a8,stroke:#b7791f,color:#111827',
  pending: 'fill:#cfe2f7,stroke:#3b78b5,color:#111827',
};

export function planMermaid(drawing: Drawing): string {
  const boxes = drawing.boxes.map((box) => {
    const lines = [
      `${escaped(box.kind)} <b>${escaped(box.name)}</b>`,
      escaped(box.instance),
      escaped(box.status),
    ];
    const label = lines.filter((line) => line !== '').join('<br/>');
    return `  ${box.key}["${label}"]${box.state === undefined ? '' : `:::${box.state}`}`;
  });
  const used = (['cached', 'run', 'pending'] as const).filter((state) =>
    drawing.boxes.some((box) => box.state === state),
  );
  return [
    'flowchart LR',
    ...boxes,
    ...drawing.arrows.map(([from, to]) => `  ${from} --> ${to}`),
    ...used.map((state) => `  classDef ${state} ${looks[state]}`),
    '',
  ].join('\n');
}

/** Mermaid takes numbered character references where HTML would take entities. */
function escaped(text: string): string {
  return text.replace(/["#&<>[\]{}()|`\\]/g, (character) => `#${character.charCodeAt(0)};`);
}
