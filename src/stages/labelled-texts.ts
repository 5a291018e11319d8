// What stages that learn from or measure against labels need of their rows, and what only the rows can show.
import type { Dataset } from './dataset.ts';
import { stepFailure } from './step-failure.ts';

export interface Need {
  /** Subject of the message: `fine-tune`. */
  readonly stage: string;
  /** What it does with labels: `learns from labels`. */
  readonly does: string;
  /** The input that the rows come from. */
  readonly at: string;
}

/** Throws `Failure` unless there are rows, each with a text and one label. */
export function checkLabelledTexts(dataset: Dataset, need: Need): void {
  checkTexts(dataset, need);
  const { stage, does, at } = need;
  if (dataset.roles.label === undefined)
    throw stepFailure(
      {
        code: 'needs-labels',
        message: `\`${stage}\` ${does}, and these rows have none`,
        hint: 'name the label column in `load`: `label: "…"`, or use a labelled part',
      },
      at,
    );
  if (dataset.multiLabel) throw stepFailure(severalLabels(stage), at);
}

export function severalLabels(stage: string) {
  return {
    code: 'not-supported',
    message: `these rows have lists of labels, and this version of \`${stage}\` knows one label a row`,
    hint: 'use data with one label a row',
  } as const;
}

/** Throws `Failure` unless there are rows, each with a text. */
export function checkTexts(dataset: Dataset, { stage, at }: Omit<Need, 'does'>): void {
  if (dataset.roles.text === undefined)
    throw stepFailure(
      {
        code: 'needs-text',
        message: `\`${stage}\` reads texts, and these rows have none`,
        hint: 'name the text column in `load`: `text: "…"`',
      },
      at,
    );
  if (dataset.rows === 0)
    throw stepFailure({ code: 'empty-data', message: `\`${stage}\` was given no rows` }, at);
}
