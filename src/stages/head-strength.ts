// How strong the penalty of a logistic regression is to be, by cross-validation in the training rows: unit vectors of many labels need a far weaker one than
// vectors of two. Knows no methods and no files.
import type { Matrix } from '../learning/matrix.ts';
import { createRandom } from '../learning/random.ts';
import { mean, sampleSd } from '../learning/statistics/summary.ts';
import { labelIndices, type Dataset } from './dataset.ts';
import { rowKeys } from './row-keys.ts';

/** What was found: kept in the description of the model. */
export interface StrengthRecord {
  readonly folds: number;
  readonly repeats: number;
  /** The inverse strength that was chosen. */
  readonly c: number;
  /** Mean negative log probabilities of the true labels, over rows that were held out. */
  readonly losses: readonly { readonly c: number; readonly loss: number }[];
}

/** What it is where nothing speaks against it: scikit-learn's. */
export const usualStrength = 1;
const strengths = [usualStrength, 10, 100];
const folds = 4;
/** Of many rows no more folds are held out than have so many. */
const enough = 200;
/** Of few rows one draw of folds says little. */
const repeatsOf = (rows: number): number => (rows < enough ? 3 : 1);
/** As of the fit that is kept: a coarser one would hardly leave where the last strength has ended. */
const tolerance = 1e-4;

interface StrengthSettings {
  readonly classWeights: 'none' | 'balanced';
  readonly signal: AbortSignal;
}

/**
 * The strength with the lowest held-out loss, but the usual one where that is not better by more than the standard error of the difference. The same
 * rows always give the same. Nothing where there are too few rows to hold some out. `vectors` are of the rows, [rows, width].
 */
export async function chosenStrength(
  dataset: Dataset,
  vectors: Matrix,
  { classWeights, signal }: StrengthSettings,
): Promise<StrengthRecord | undefined> {
  const [{ drawFolds }, { unitsOf }] = await Promise.all([
    import('../learning/sampling/folds.ts'),
    import('../learning/sampling/units.ts'),
  ]);
  const units = unitsOf(await rowKeys(dataset, dataset.roles.group), true);
  if (units.keys.length < 2 * folds) return undefined;
  const labels = labelIndices(dataset);
  const labelCount = dataset.labels.length;
  const repeats = repeatsOf(dataset.rows);
  const losses = strengths.map(() => new Float64Array(dataset.rows));
  const asked = new Set<number>();
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const fold = drawFolds({ units, labels, labelCount }, folds, createRandom('strength', repeat));
    let held = 0;
    for (let at = 0; at < folds && held < enough; at += 1) {
      const part = heldOut(fold, at, labels);
      held += part.asked.length;
      for (const row of part.asked) asked.add(row);
      const lost = await lossesOf({ vectors, labels, labelCount }, part, { classWeights, signal });
      lost.forEach((ofOne, i) =>
        part.asked.forEach((row, k) => (losses[i][row] += (ofOne[k] ?? 0) / repeats)),
      );
    }
  }
  if (asked.size === 0) return undefined;
  const rows = [...asked];
  const means = losses.map((each) => mean(rows.map((row) => each[row] ?? 0)));
  const lowest = means.indexOf(Math.min(...means));
  const differences = rows.map((row) => (losses[0]?.[row] ?? 0) - (losses[lowest]?.[row] ?? 0));
  const isClear = mean(differences) > standardError(differences);
  return {
    folds,
    repeats,
    c: isClear ? (strengths[lowest] ?? usualStrength) : usualStrength,
    losses: strengths.map((c, i) => ({ c, loss: means[i] ?? 0 })),
  };
}

export function strengthNote({ c, losses }: StrengthRecord): string | undefined {
  if (c === usualStrength) return undefined;
  const lossOf = (wanted: number): string =>
    String(Number((losses.find((one) => one.c === wanted)?.loss ?? NaN).toPrecision(3)));
  return `c = ${c} was chosen by cross-validation in the training rows: held-out loss ${lossOf(c)}, against ${lossOf(usualStrength)} with c = ${usualStrength}`;
}

interface Part {
  readonly learnt: readonly number[];
  readonly asked: readonly number[];
}

/** Rows of labels that would have none left stay to be learnt. */
function heldOut(fold: Int32Array, at: number, labels: Int32Array): Part {
  const left = new Set<number>();
  fold.forEach((own, row) => own !== at && left.add(labels[row] ?? 0));
  const isAsked = (row: number): boolean => fold[row] === at && left.has(labels[row] ?? 0);
  const rows = [...fold.keys()];
  return { learnt: rows.filter((row) => !isAsked(row)), asked: rows.filter(isAsked) };
}

interface Rows {
  readonly vectors: Matrix;
  readonly labels: Int32Array;
  readonly labelCount: number;
}

/** Of each strength, negative log probabilities of the labels of the rows that are asked. */
async function lossesOf(
  { vectors, labels, labelCount }: Rows,
  { learnt, asked }: Part,
  { classWeights, signal }: StrengthSettings,
): Promise<readonly (readonly number[])[]> {
  if (asked.length === 0) return [];
  const [{ takeRows }, { takeTargets }, { fitLogisticPath }, { headProbabilities }] = await Promise.all([
    import('../learning/matrix.ts'),
    import('../learning/targets.ts'),
    import('../learning/heads/logistic.ts'),
    import('../learning/heads/probabilities.ts'),
  ]);
  const [x, targets] = [takeRows(vectors, learnt), takeTargets(labels, labelCount, learnt)];
  const heads = await fitLogisticPath(x, targets, labelCount, strengths, {
    tolerance,
    maxIterations: 300,
    classWeights: classWeights === 'balanced' ? classWeights : undefined,
    signal,
  });
  const held = takeRows(vectors, asked);
  return heads.map((head) => {
    const said = headProbabilities(head, held);
    return asked.map((row, i) => -Math.log(Math.max(1e-15, said[i * labelCount + (labels[row] ?? 0)] ?? 0)));
  });
}

function standardError(values: readonly number[]): number {
  return sampleSd(values) / Math.sqrt(values.length);
}
