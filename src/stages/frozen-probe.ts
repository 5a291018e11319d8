// The baseline of every report: logistic regression on the frozen encoder, fitted on the same rows as the model and put before
// the encoder in the same way. Where the encoder was trained it is the one from before.
import type { Head } from '../learning/heads/head.ts';
import type { Classifier, ClassifierDescription } from './classifier.ts';
import { classify } from './classify.ts';
import { labelTable } from './classifier-labels.ts';
import { labelIndices, type Dataset } from './dataset.ts';
import { fitHead, plainHead, type Method } from './fine-tune-method.ts';
import type { EncodeProgress } from './model-source.ts';
import { rowKeys } from './row-keys.ts';
import { chosenThreshold, fitSeveral } from './several-labels-head.ts';
import { trainingRows } from './training-rows.ts';

export type Probe =
  | { readonly state: 'fitted'; readonly head: Head }
  /** The model is made in exactly this way itself. */
  | { readonly state: 'same' }
  /** Not every label has a row to learn from. */
  | { readonly state: 'none' };

const probe: Extract<Method, { readonly name: 'head' }> = plainHead;

export async function fitProbe(
  { description, labels, encodeRows, before }: Classifier,
  support: Dataset,
  signal: AbortSignal,
): Promise<Probe> {
  if (before === undefined && isSame(description, probe)) return { state: 'same' };
  if (new Set(labelIndices(support)).size < labels.length) return { state: 'none' };
  const { vectors, targets } = await trainingRows(support, before?.encodeRows ?? encodeRows, () => undefined);
  await before?.dispose();
  const settings = { classWeights: 'none', signal } as const;
  return { state: 'fitted', head: await fitHead(vectors, targets, labels.length, probe, settings) };
}

/** Probabilities [rows, labels] of the model, and of the probe where it was fitted. */
export function withProbe(
  classifier: Classifier,
  probe: Probe,
): (rows: Dataset, progress: EncodeProgress) => Promise<readonly Float64Array[]> {
  const { head, before } = classifier;
  return async (rows, progress) => {
    if (probe.state !== 'fitted') return classify(classifier, [head], rows, progress);
    if (before === undefined) return classify(classifier, [head, probe.head], rows, progress);
    const own = await classify(classifier, [head], rows, progress);
    await classifier.dispose(); // one of the two is in memory at a time
    const probed = await classify(before, [probe.head], rows, progress);
    await before.dispose();
    return [...own, ...probed];
  };
}

/** Of rows with several labels: with few rows a label the logistic regression of the other probe is far behind. */
const severalProbe: Method = { ...probe, arguments: { ...probe.arguments, kind: 'svm' } };

export interface SeveralProbe {
  readonly head: Head;
  readonly threshold: number;
}

/** The same for rows that carry several labels or none: a linear support vector machine a label. */
export async function fitSeveralProbe(
  { description, labels, encodeRows, before }: Classifier,
  support: Dataset,
  signal: AbortSignal,
): Promise<SeveralProbe | 'same'> {
  const settings = { classWeights: 'none', signal } as const;
  const carried = labelTable(support, labels, 'model');
  const encode = before?.encodeRows ?? encodeRows;
  const rows = { vectors: await encode(support, () => undefined), carried, labels: labels.length };
  await before?.dispose();
  const keys = await rowKeys(support, support.roles.group);
  const threshold = (await chosenThreshold(rows, keys, severalProbe, settings)) ?? 0.5;
  if (before === undefined && isSame(description, severalProbe) && threshold === description.threshold)
    return 'same';
  return { head: await fitSeveral(rows, severalProbe, settings), threshold };
}

function isSame(
  { method, validation, class_weights, prompt, named, unlabelled }: ClassifierDescription,
  wanted: Method,
): boolean {
  if (unlabelled !== undefined || (named !== undefined && named.templates.length > 0)) return false;
  if (validation?.tried !== undefined || class_weights !== 'none') return false;
  if (prompt !== undefined && prompt.label_templates.length > 0) return false;
  if (method.name !== 'head' || wanted.name !== 'head') return false;
  return method.arguments.kind === wanted.arguments.kind && method.arguments.c === wanted.arguments.c;
}
