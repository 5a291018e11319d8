// Logistic regression with an L2 penalty, fitted by L-BFGS in double precision: the same optimum as scikit-learn's
// `LogisticRegression(solver='lbfgs')`, binomial for two labels and multinomial for more.
import { innerProducts, mixRows } from '../dense.ts';
import { minimise, type Reached } from '../lbfgs.ts';
import type { Matrix } from '../matrix.ts';
import { rowSpace, type RowSpace } from '../row-space.ts';
import { checkedTargets, rowWeights, type Targets } from '../targets.ts';
import { watchLoss, type EarlyStopping } from './early-stopping.ts';
import type { Head } from './head.ts';

export interface LogisticOptions {
  /** Inverse strength of the penalty, relative to the summed loss: 1 in scikit-learn. */
  readonly c: number;
  readonly fitIntercept?: boolean;
  /** Largest component of the gradient of the mean loss at which the fit is done: 1e-4 in scikit-learn. */
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly classWeights?: 'balanced' | undefined;
  readonly stopping?: EarlyStopping | undefined;
  readonly examples?: Examples;
  readonly signal?: AbortSignal;
}

/** What is special about single rows. */
export interface Examples {
  /** How much each counts, beside what `classWeights` says. [rows] */
  readonly weights?: Float64Array;
  /** The scores of a row are divided by it before its softmax. [rows] */
  readonly temperatures?: Float64Array;
  /** Scores that are there already; what is fitted, and kept small, is added to them. [rows, labels] */
  readonly offsets?: Float64Array;
}

/** Multiplications after which other work gets a turn, so that `signal` can be raised. */
const turn = 1e8;

/**
 * Tensors `weight` [labels, columns] and `bias` [labels]; with two labels the first row is zero, as only the difference
 * counts. Settings `iterations`, `converged` (0 or 1) and `loss`, the penalised mean loss at the end. With `stopping` it is
 * the head of the iteration after which the other loss was lowest (of equal ones the first), and `tried` is how many there
 * were.
 * @throws RangeError where a label has no row or targets do not fit the rows; `signal.reason` when stopped
 */
export async function fitLogistic(
  x: Matrix,
  targets: Targets,
  labels: number,
  { c, ...options }: LogisticOptions,
): Promise<Head> {
  const [head] = await fitLogisticPath(x, targets, labels, [c], options);
  return head; // of one strength there is one
}

/** The same for several values of `c`, each fit starting where the last has ended; rising ones are quickest. Throws as `fitLogistic`. */
export async function fitLogisticPath(
  x: Matrix,
  targets: Targets,
  labels: number,
  strengths: readonly number[],
  options: Omit<LogisticOptions, 'c'>,
): Promise<readonly Head[]> {
  const soft = checkedTargets(x.rows, targets, labels);
  const { weights: given, temperatures, offsets } = options.examples ?? {};
  const balanced = rowWeights(soft, labels, options.classWeights);
  const weights = given === undefined ? balanced : balanced.map((weight, i) => weight * given[i]);
  const space = rowSpace(Float64Array.from(x.data), x.rows, x.columns);
  const intercept = (options.fitIntercept ?? true) ? 1 : 0;
  const coordinates = withColumn(space.coordinates, x.rows, space.rank, intercept);
  const problem: Omit<Problem, 'c'> = {
    rows: x.rows,
    rank: space.rank,
    labels,
    classes: labels === 2 ? 1 : labels,
    coordinates: temperatures === undefined ? coordinates : divided(coordinates, temperatures),
    offsets,
    soft,
    weights,
    total: weights.reduce((sum, weight) => sum + weight, 0),
  };
  const { classes } = problem;
  const stride = space.rank + 1;
  const work = 2 * x.rows * stride * classes;
  const headAt = (reached: Reached, converged: boolean): Head => ({
    kind: 'logistic',
    labels,
    settings: { iterations: reached.iteration, converged: converged ? 1 : 0, loss: reached.value },
    tensors: tensorsAt(reached.point, problem, space, x.columns),
  });
  let since = 0;
  let start: Float64Array = new Float64Array(classes * stride);
  const heads: Head[] = [];
  for (const c of strengths) {
    const stopping = options.stopping && watchLoss(options.stopping, (reached) => headAt(reached, true));
    const penalised = { ...problem, c };
    const minimum = await minimise((point, gradient) => penalisedLoss(penalised, point, gradient), start, {
      tolerance: options.tolerance,
      maxIterations: options.maxIterations,
      afterIteration: async (reached) => {
        since += work;
        if (since > turn) {
          since = 0;
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
        options.signal?.throwIfAborted();
        return stopping?.after(reached);
      },
    });
    const { iterations: iteration, value, point, converged } = minimum;
    heads.push(stopping?.best(converged) ?? headAt({ iteration, value, point }, converged));
    start = point;
  }
  return heads;
}

/** Parameters [classes, rank + 1] as those over the columns of the vectors. */
function tensorsAt(
  point: Float64Array,
  { labels, classes, rank }: Omit<Problem, 'c'>,
  space: RowSpace,
  columns: number,
): Head['tensors'] {
  const weight = new Float32Array(labels * columns);
  const bias = new Float32Array(labels);
  const stride = rank + 1;
  for (let j = 0; j < classes; j += 1) {
    const label = j + labels - classes;
    const fitted = point.subarray(j * stride, (j + 1) * stride);
    weight.set(space.carryBack(fitted.slice(0, rank)), label * columns);
    bias[label] = fitted[rank];
  }
  return {
    weight: { shape: [labels, columns], data: weight },
    bias: { shape: [labels], data: bias },
  };
}

interface Problem {
  readonly rows: number;
  readonly rank: number;
  readonly labels: number;
  /** Rows of parameters: one for two labels (whose first score is 0), else one a label. */
  readonly classes: number;
  /** [rows, rank + 1]: the last column is 1, or 0 without intercept. */
  readonly coordinates: Float64Array;
  readonly offsets: Float64Array | undefined;
  /** [rows, labels] */
  readonly soft: Float64Array;
  readonly weights: Float64Array;
  readonly total: number;
  readonly c: number;
}

/**
 * Weighted mean of the cross-entropy, plus |w|^2 / (2 c total). `point` and `gradient` are [classes, rank + 1], the
 * intercepts last.
 */
function penalisedLoss(problem: Problem, point: Float64Array, gradient: Float64Array): number {
  const { rows, rank, labels, classes, coordinates, offsets, soft, weights, total } = problem;
  const stride = rank + 1;
  const first = labels - classes;
  const products = innerProducts(coordinates, point, stride); // [rows, classes]
  const scores = new Float64Array(labels);
  let loss = 0;
  for (let i = 0; i < rows; i += 1) {
    scores.set(products.subarray(i * classes, (i + 1) * classes), first);
    if (offsets !== undefined) {
      if (first === 1) scores[0] = 0;
      for (let label = 0; label < labels; label += 1) scores[label] += offsets[i * labels + label];
    }
    const share = weights[i] / total;
    const normaliser = logSumExp(scores);
    for (let label = 0; label < labels; label += 1) {
      const wanted = soft[i * labels + label];
      if (wanted > 0) loss += share * wanted * (normaliser - scores[label]);
      if (label >= first)
        products[i * classes + label - first] = share * (Math.exp(scores[label] - normaliser) - wanted);
    }
  }
  mixRows(products, coordinates, rows, stride, gradient);
  const strength = 1 / (problem.c * total);
  for (let at = 0; at < point.length; at += 1) {
    if (at % stride === rank) continue;
    loss += (strength / 2) * point[at] * point[at];
    gradient[at] += strength * point[at];
  }
  return loss;
}

/** Every row divided by its own number. */
function divided(data: Float64Array, by: Float64Array): Float64Array {
  const columns = data.length / by.length;
  return data.map((value, i) => value / by[Math.floor(i / columns)]);
}

/** The table [rows, columns] with one more column of the same value. */
function withColumn(data: Float64Array, rows: number, columns: number, value: number): Float64Array {
  const result = new Float64Array(rows * (columns + 1)).fill(value);
  for (let i = 0; i < rows; i += 1)
    result.set(data.subarray(i * columns, (i + 1) * columns), i * (columns + 1));
  return result;
}

function logSumExp(scores: Float64Array): number {
  let top = -Infinity;
  for (const score of scores) top = Math.max(top, score);
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - top);
  return top + Math.log(sum);
}
