// The baseline of every report: logistic regression on the frozen encoder, fitted on the same rows as the model and put before
// the encoder in the same way. Where the encoder was trained it is the one from before, and then the rows have to be read a second
// time: of many rows it is asked for some.
import type { Head } from '../learning/heads/head.ts';
import type { Classifier, ClassifierDescription } from './classifier.ts';
import { classify } from './classify.ts';
import { labelTable } from './classifier-labels.ts';
import { createRandom } from '../learning/random.ts';
import { labelIndices, select, type Dataset } from './dataset.ts';
import { fitHead, plainHead, svmHead, withStrength } from './fine-tune-method.ts';
import type { EncodeProgress } from './model-source.ts';
import { rowKeys } from './row-keys.ts';
import { chosenThreshold, fitSeveral, type SeveralRows } from './several-labels-head.ts';
import { hasMixedRows, trainingRows } from './training-rows.ts';

export type Probe =
  | { readonly state: 'fitted'; readonly head: () => Promise<Head> }
  /** The model is made in exactly this way itself. */
  | { readonly state: 'same' }
  /** Not every label has a row to learn from. */
  | { readonly state: 'none' };

/** Fitted when it is first asked: where the encoder was trained, the one from before is then in memory in its place. */
export function probeOf(
  { description, labels, encodeRows, before }: Classifier,
  support: Dataset,
  signal: AbortSignal,
): Probe {
  if (before === undefined && isPlain(description, 'logistic')) return { state: 'same' };
  if (new Set(labelIndices(support)).size < labels.length) return { state: 'none' };
  const fit = async (): Promise<Head> => {
    const { chosenStrength } = await import('./head-strength.ts');
    const encode = before?.encodeRows ?? encodeRows;
    const { vectors, targets } = await trainingRows(support, encode, () => undefined);
    const settings = { classWeights: 'none', signal } as const;
    const strength = hasMixedRows(support) ? undefined : await chosenStrength(support, vectors, settings);
    return fitHead(vectors, targets, labels.length, withStrength(plainHead, strength?.c), settings);
  };
  let fitted: Promise<Head> | undefined;
  return { state: 'fitted', head: () => (fitted ??= fit()) };
}

/**
 * Which of the rows the probe is asked for, rising, where that is fewer than all. As many rows always give the same ones, so that the
 * models of several seeds are measured beside one probe on one sample, whose vectors are cached.
 */
export function probedRows(
  { before }: Classifier,
  probe: Probe,
  { rows, most }: { readonly rows: number; readonly most: number },
): readonly number[] | undefined {
  if (probe.state !== 'fitted' || before === undefined || rows <= most) return undefined;
  const all = Array.from({ length: rows }, (_, row) => row);
  return createRandom('frozen probe', rows)
    .shuffle(all)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/** Probabilities [rows, labels] of the model, and where the probe was fitted those of the probe: of the rows in `probed`, else of all. */
export function withProbe(
  classifier: Classifier,
  probe: Probe,
): (rows: Dataset, progress: EncodeProgress, probed?: readonly number[]) => Promise<readonly Float64Array[]> {
  const { head, before } = classifier;
  return async (rows, progress, probed) => {
    if (probe.state !== 'fitted') return classify(classifier, [head], rows, progress);
    if (before === undefined) return classify(classifier, [head, await probe.head()], rows, progress);
    const some = probed === undefined ? rows : select(rows, probed);
    const total = rows.rows + some.rows;
    const own = await classify(classifier, [head], rows, (done) => progress(done, total));
    await classifier.dispose(); // one of the two is in memory at a time
    const beside = await classify(before, [await probe.head()], some, (done) =>
      progress(rows.rows + done, total),
    );
    await before.dispose();
    return [...own, ...beside];
  };
}

export interface SeveralProbe {
  readonly probe: Probe;
  readonly threshold: () => Promise<number>;
}

/**
 * The same for rows that carry several labels or none: a linear support vector machine a label. With few rows a label the logistic
 * regression of the other probe is far behind it.
 */
export async function severalProbeOf(
  { description, labels, encodeRows, before }: Classifier,
  support: Dataset,
  signal: AbortSignal,
): Promise<SeveralProbe> {
  const settings = { classWeights: 'none', signal } as const;
  const carried = labelTable(support, labels, 'model');
  const learn = async (): Promise<{ readonly rows: SeveralRows; readonly threshold: number }> => {
    const vectors = await (before?.encodeRows ?? encodeRows)(support, () => undefined);
    const rows = { vectors, carried, labels: labels.length };
    const keys = await rowKeys(support, support.roles.group);
    return { rows, threshold: (await chosenThreshold(rows, keys, svmHead, settings)) ?? 0.5 };
  };
  let learning: ReturnType<typeof learn> | undefined;
  const learnt = (): ReturnType<typeof learn> => (learning ??= learn());
  const threshold = async (): Promise<number> => (await learnt()).threshold;
  const same =
    before === undefined && isPlain(description, 'svm') && (await threshold()) === description.threshold;
  const head = async (): Promise<Head> => fitSeveral((await learnt()).rows, svmHead, settings);
  return { probe: same ? { state: 'same' } : { state: 'fitted', head }, threshold };
}

/** Whether it is a head on the rows alone, with the strength that the probe has too. */
function isPlain(
  { method, strength, validation, class_weights, prompt, pairs, named, unlabelled }: ClassifierDescription,
  kind: 'logistic' | 'svm',
): boolean {
  if (pairs === 'together') return false;
  if (unlabelled !== undefined || (named !== undefined && named.templates.length > 0)) return false;
  if (validation?.tried !== undefined || class_weights !== 'none') return false;
  if (prompt !== undefined && prompt.label_templates.length > 0) return false;
  if (method.name !== 'head' || method.arguments.kind !== kind) return false;
  return strength !== undefined || method.arguments.c === undefined;
}
