// What differs between two runs, as text and as JSON. Pure.
import type { Json } from '../../stages/value.ts';
import type { Change } from '../key-changes.ts';
import type { RunDifference, StepDifference } from '../run-difference.ts';
import { changeText } from './change-text.ts';
import type { Paint } from './paint.ts';
import { stageName } from './graph.ts';
import { counted, figure } from './quantity.ts';
import { whyText } from './reason-text.ts';
import { textTable } from './text-table.ts';

export function runDifferenceJson(difference: RunDifference): string {
  return `${JSON.stringify({ version: 1, ...difference }, null, 2)}\n`;
}

export function runDifferenceText(difference: RunDifference, paint: Paint): string {
  const { parameters, steps, figures, same } = difference;
  const parts = [
    textTable(
      [{ head: 'parameter' }, { head: 'change' }],
      parameters.map((change) => [change.name, valuesText(change)]),
      paint,
    ),
    textTable([{ head: 'step' }, { head: 'change' }], steps.map(stepRow), paint),
    textTable(
      [
        { head: 'report' },
        { head: 'metric' },
        ...['before', 'after', 'change'].map((head) => ({ head, align: 'right' as const })),
      ],
      figures.map(({ step, name, before, after }) => [
        step,
        name,
        figureText(before),
        figureText(after),
        typeof before === 'number' && typeof after === 'number' ? signed(after - before) : '',
      ]),
      paint,
    ),
  ].filter((_, i) => [parameters, steps, figures][i]?.length !== 0);
  const told = [`${counted(same, 'step')} made from the same.`, ...removedLines(difference)];
  return `${[...parts.map((lines) => lines.join('\n')), told.join('\n')].join('\n\n')}\n`;
}

/** The figures are in the records; the results that they were taken from may be gone. */
function removedLines({ removed, runs }: RunDifference): readonly string[] {
  return removed.flatMap((steps, i) =>
    steps.length === 0
      ? []
      : [
          `\`fslrun gc\` has removed ${counted(steps.length, 'result')} of ${runs[i]}: ${[...new Set(steps.map(stageName))].join(', ')}.`,
        ],
  );
}

function stepRow(step: StepDifference): readonly string[] {
  if ('only' in step)
    return [step.id, step.only === 'before' ? 'a result in the first alone' : 'a result in the second alone'];
  return [step.id, step.reasons.length === 0 ? 'made from something else' : whyText(step.reasons)];
}

function valuesText({ before, after }: Change): string {
  return changeText(before as Json | undefined, after as Json | undefined); // resolved values
}

function figureText(value: unknown): string {
  return typeof value === 'number' ? figure(value) : '';
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${figure(value)}`;
}
