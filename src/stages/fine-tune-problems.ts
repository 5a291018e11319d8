// What can be wrong with the rows of `fine-tune`, as it is told; and what only reading them shows.
import { labelIndices, type Dataset } from './dataset.ts';
import { list } from './load-columns.ts';
import { methodText, trainsEncoder, type Method } from './fine-tune-method.ts';
import { checkLabelledTexts } from './labelled-texts.ts';
import { arePairs } from './pairs.ts';
import { promptProblem } from './prompted-training.ts';
import { needsNoRows, staticPrompt } from './prompted.ts';
import { stepFailure } from './step-failure.ts';

/** Throws `Failure` unless there are a text and one label each, at least two labels, and of each label rows or something in their place. */
export function checkRows(dataset: Dataset, method: Method): void {
  const prompt = dataset.prompt && staticPrompt(dataset.prompt);
  const withoutRows = dataset.rows === 0 && needsNoRows(prompt);
  if (!withoutRows)
    checkLabelledTexts(dataset, { stage: 'fine-tune', does: 'learns from labels', at: 'from' });
  const unfit = promptProblem(method, prompt, { labelled: !withoutRows, pairs: arePairs(dataset) });
  if (unfit !== undefined) throw stepFailure(unfit, 'method');
  if (dataset.labels.length < 2) throw stepFailure(tooFewLabels(dataset.labels), 'from');
  if (withoutRows || prompt?.label_texts === true) return;
  const present = new Set(labelIndices(dataset));
  const missing = dataset.labels.filter((_, i) => !present.has(i));
  if (missing.length > 0) throw stepFailure(labelsWithoutRows(missing), 'from');
}

export function tooFewLabels(labels: readonly string[]) {
  return {
    code: 'too-few-labels',
    message:
      labels.length === 0
        ? 'a classifier needs at least two labels, and these rows have none'
        : `a classifier needs at least two labels, and all rows have \`${labels[0]}\``,
    hint: 'check the `label:` of `load`, or bring rows of another label',
  } as const;
}

export function mixedRowsRefused(method: Method) {
  const takes = trainsEncoder(method) ? 'trains on texts' : 'takes one label a row';
  return {
    code: 'not-supported',
    message: `the rows were mixed by \`mixup\`, and \`${methodText(method)}\` ${takes}`,
    hint: 'use another method, or leave `mixup` out of `augment`',
  } as const;
}

export function labelsWithoutRows(missing: readonly string[]) {
  return {
    code: 'labels-without-rows',
    message: `no training row has the label${missing.length > 1 ? 's' : ''} ${list(missing)}`,
    hint: 'draw by label (`train: 8 per label`), bring rows of it, or leave it out with `where:` in `load`',
  } as const;
}

export const thresholdIdle = {
  code: 'option-without-effect',
  severity: 'warning',
  message: '`threshold` changes nothing here: of one label a row the most probable one is given',
  hint: 'remove it; `abstain` of `evaluate` and `predict` leaves rows without a label',
} as const;
