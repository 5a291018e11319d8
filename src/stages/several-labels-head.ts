// The head of rows that carry several labels or none: which methods have one, how it is fitted, and from which probability on a
// label is given. Knows no files and no stages.
import type { Head } from '../learning/heads/head.ts';
import type { FitBinary } from '../learning/heads/one-vs-rest.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { RowKeys } from '../learning/sampling/units.ts';
import { choosesStrength, fitHead, methodText, svmHead, type Method } from './fine-tune-method.ts';
import { either, float, word } from './option.ts';

/** Kinds of `head` that are fitted for one label against the rest. */
const kinds = ['logistic', 'ridge', 'svm'] as const;
type Kind = (typeof kinds)[number];

export const thresholdOption = either(
  word(
    {
      auto: 'the one with the highest micro F1 in a cross-validation in the training rows, for which `contrastive` trains the encoder anew each time where that takes minutes at most; of equal ones the nearest to 0.5',
    },
    { doc: '' },
  ),
  float({ above: 0, max: 1, doc: '' }),
  {
    default: 'auto',
    doc:
      'For rows with several labels: every label that is at least so probable is given. With few rows a label the ' +
      'probabilities stay low, so that 0.5 would leave most rows without any. The model keeps what was chosen.',
  },
);

export type Threshold = number | 'auto';

export interface SeveralRows {
  /** [rows, width] */
  readonly vectors: Matrix;
  /** [rows, labels], 1 where a row carries the label. */
  readonly carried: Uint8Array;
  readonly labels: number;
}

export interface SeveralSettings {
  readonly classWeights: 'none' | 'balanced';
  readonly signal: AbortSignal;
}

/** What is fitted for each label: after `contrastive` a linear support vector machine, which does best on few rows (bench/labels). */
export function severalHead(method: Method): Method {
  if (method.name !== 'contrastive') return method;
  return { ...svmHead, arguments: { ...svmHead.arguments, c: method.arguments.c } };
}

function kindOf(asked: Method): Kind | undefined {
  const method = severalHead(asked);
  return method.name === 'head' ? kinds.find((kind) => kind === method.arguments.kind) : undefined;
}

/** Why the method cannot be fitted on rows with several labels, or nothing. */
export function severalMethodProblem(method: Method) {
  if (kindOf(method) === undefined)
    return {
      code: 'not-supported',
      message: `\`${methodText(method)}\` knows one label a row, and these rows have lists of labels`,
      hint: 'use `head(kind: svm)`, `head(kind: ridge)`, `head(kind: logistic)` or `contrastive`: a linear head is fitted for each label against the rest',
    } as const;
  const loss = method.name === 'contrastive' ? (method.arguments.loss ?? 'cosine') : 'cosine';
  if (loss !== 'cosine')
    return {
      code: 'not-supported',
      message: `the loss \`${loss}\` takes a pair for alike or not, and rows with lists of labels are alike in part`,
      hint: 'use `contrastive(loss: cosine)`, which is taught the share of labels that two rows have in common',
    } as const;
  if (choosesStrength(method))
    return {
      code: 'not-supported',
      message: '`c: auto` chooses by rows with one label each, and these rows have lists of labels',
      hint: 'give a number, or search for it with `tune`',
    } as const;
  return undefined;
}

/** @throws RangeError where `severalMethodProblem` has something to say */
export async function fitSeveral(
  { vectors, carried, labels }: SeveralRows,
  method: Method,
  settings: SeveralSettings,
): Promise<Head> {
  const { fitOneVsRest } = await import('../learning/heads/one-vs-rest.ts');
  const kind = kindOf(method);
  if (kind === undefined) throw new RangeError(`no head of ${methodText(method)} for several labels`);
  const head = severalHead(method);
  const fit: FitBinary = (x, targets) => fitHead(x, targets, 2, head, settings);
  return fitOneVsRest(vectors, carried, labels, kind, fit);
}

/** Of each label whether it is at least so probable. */
export function carriedAt(probabilities: Float64Array, threshold: number): Uint8Array {
  return Uint8Array.from(probabilities, (value) => (value >= threshold ? 1 : 0));
}

export const folds = 4;

/** The vectors of all rows [rows, width], by an encoder that has learnt from no others of them than these. */
export type VectorsOf = (learnt: readonly number[]) => Promise<Matrix>;

/**
 * The threshold of the highest micro F1 over rows that were each held out of a fit; nothing where there are too few rows for
 * that. `keys` says which rows belong together. Where the encoder has learnt from the rows, `vectorsOf` gives those of others, which have not.
 */
export async function chosenThreshold(
  rows: SeveralRows,
  keys: RowKeys,
  method: Method,
  settings: SeveralSettings,
  vectorsOf: VectorsOf = async () => rows.vectors,
): Promise<number | undefined> {
  const [{ drawFolds }, { unitsOf }, { createRandom }, { takeRows }, { headProbabilities }] =
    await Promise.all([
      import('../learning/sampling/folds.ts'),
      import('../learning/sampling/units.ts'),
      import('../learning/random.ts'),
      import('../learning/matrix.ts'),
      import('../learning/heads/probabilities.ts'),
    ]);
  const { carried, labels } = rows;
  const units = unitsOf(keys, true);
  if (units.keys.length < 2 * folds) return undefined;
  const setOf = (row: number): readonly number[] =>
    Array.from({ length: labels }, (_, label) => label).filter(
      (label) => carried[row * labels + label] === 1,
    );
  const sets = Array.from({ length: rows.vectors.rows }, (_, row) => setOf(row));
  // Which rows are held out together depends on their contents alone, so no seed of the program is needed.
  const fold = drawFolds({ units, labels: sets, labelCount: labels }, folds, createRandom(0, 'threshold'));
  const held = new Float64Array(carried.length);
  for (let at = 0; at < folds; at += 1) {
    const learnt = [...fold.keys()].filter((row) => fold[row] !== at);
    const asked = [...fold.keys()].filter((row) => fold[row] === at);
    const part = Uint8Array.from(
      learnt.flatMap((row) => [...carried.subarray(row * labels, (row + 1) * labels)]),
    );
    const vectors = await vectorsOf(learnt);
    const head = await fitSeveral(
      { vectors: takeRows(vectors, learnt), carried: part, labels },
      method,
      settings,
    );
    const said = headProbabilities(head, takeRows(vectors, asked));
    asked.forEach((row, i) => held.set(said.subarray(i * labels, (i + 1) * labels), row * labels));
  }
  return bestThreshold(held, carried);
}

/** The multiple of 0.01 with the highest micro F1; of equal ones the nearest to 0.5, and of those the lower. */
export function bestThreshold(probabilities: Float64Array, carried: Uint8Array): number {
  const actual = carried.reduce((sum, one) => sum + one, 0);
  let best = { hundredths: 50, score: -1 };
  for (let hundredths = 1; hundredths < 100; hundredths += 1) {
    let [given, right] = [0, 0];
    probabilities.forEach((value, i) => {
      if (value < hundredths / 100) return;
      given += 1;
      right += carried[i] ?? 0;
    });
    const score = (2 * right) / (given + actual);
    const nearer = Math.abs(hundredths - 50) < Math.abs(best.hundredths - 50);
    if (score > best.score || (score === best.score && nearer)) best = { hundredths, score };
  }
  return best.hundredths / 100;
}
