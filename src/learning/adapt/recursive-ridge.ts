// Ridge regression on targets of +1 and -1 that takes rows a few at a time and is at each of them the solution that `fitRidge` finds for
// all rows so far: the inverse of the centred covariance is changed by as many ranks as there are rows (Woodbury), and solved for once
// where many rows begin. A label that appears late has been -1 until then, which is a weight of zero.
import { cholesky } from '../cholesky.ts';
import type { Head } from '../heads/head.ts';
import type { LabelledRows, Learner } from './learner.ts';
import { addProducts, transposed } from './products.ts';
import { axes, coordinates, emptyBasis, outOfBasis, type Basis } from './ridge-basis.ts';
import {
  emptyInverse,
  inverseOfScatter,
  lessened,
  timesInverse,
  turnedBy,
  widened,
  type Inverse,
} from './ridge-inverse.ts';

interface RidgeState {
  readonly alpha: number;
  readonly labels: number;
  readonly rows: number;
  /** Of the vectors. [width] */
  readonly mean: Float64Array;
  /** Of the targets. [labels] */
  readonly targetMean: Float64Array;
  readonly basis: Basis;
  /** In the basis. */
  readonly inverse: Inverse;
  /** In the basis. [labels, rank] */
  readonly weights: Float64Array;
}

/** Rows that change the inverse together. */
const blockRows = 32;

/**
 * Without a row. `alpha` is the strength of the penalty on the squared weights.
 * @throws RangeError where `alpha` is not positive
 */
export function recursiveRidge(width: number, labels: number, alpha: number): Learner {
  if (!(alpha > 0)) throw new RangeError(`alpha is above zero, not ${alpha}`);
  return learnerOf({
    alpha,
    labels,
    rows: 0,
    mean: new Float64Array(width),
    targetMean: new Float64Array(labels).fill(-1),
    basis: emptyBasis,
    inverse: emptyInverse,
    weights: new Float64Array(0),
  });
}

function learnerOf(state: RidgeState): Learner {
  return {
    labels: state.labels,
    learn: (rows, labels) => learnerOf(learnt(state, rows, labels)),
    head: () => Promise.resolve(headOf(state)),
    leftOut: (rows) => leftOut(state, rows),
  };
}

function learnt(before: RidgeState, rows: LabelledRows, labels: number): RidgeState {
  const { rows: count, columns: width } = rows.vectors;
  if (before.mean.length !== width)
    throw new RangeError(`vectors of ${width} columns for a ridge over ${before.mean.length}`);
  let state = withLabels(before, labels);
  if (state.rows === 0 && count > width) return solved(state, centred(state, rows, 0, count));
  for (let first = 0; first < count; first += blockRows) {
    state = updated(state, centred(state, rows, first, Math.min(first + blockRows, count)));
  }
  return state;
}

/** A label that no row had yet has been -1 all along. */
function withLabels(state: RidgeState, labels: number): RidgeState {
  if (labels === state.labels) return state;
  const targetMean = new Float64Array(labels).fill(-1);
  targetMean.set(state.targetMean);
  const weights = new Float64Array(labels * (state.weights.length / Math.max(1, state.labels)));
  weights.set(state.weights);
  return { ...state, labels, targetMean, weights };
}

/** Rows whose outer products are what the scatter gains by them, with their targets, and the means behind them. */
interface Centred {
  readonly rows: number;
  readonly mean: Float64Array;
  readonly targetMean: Float64Array;
  /** How many there are; the very first row of all is its own mean and none of them. */
  readonly count: number;
  /** [count, width] */
  readonly vectors: Float64Array;
  /** [count, labels] */
  readonly targets: Float64Array;
}

/** Each against the mean of those before it (Welford). */
function centred(state: RidgeState, { vectors, targets }: LabelledRows, first: number, end: number): Centred {
  const { labels } = state;
  const width = vectors.columns;
  const mean = state.mean.slice();
  const targetMean = state.targetMean.slice();
  const skipped = state.rows === 0 ? 1 : 0;
  const count = end - first - skipped;
  const own = new Float64Array(count * width);
  const wanted = new Float64Array(count * labels);
  let { rows } = state;
  for (let i = first; i < end; i += 1) {
    const shrink = Math.sqrt(rows / (rows + 1));
    rows += 1;
    const at = i - first - skipped;
    for (let k = 0; k < width; k += 1) {
      const away = vectors.data[i * width + k] - mean[k];
      mean[k] += away / rows;
      if (at >= 0) own[at * width + k] = shrink * away;
    }
    for (let label = 0; label < labels; label += 1) {
      const away = (targets[i] === label ? 1 : -1) - targetMean[label];
      targetMean[label] += away / rows;
      if (at >= 0) wanted[at * labels + label] = shrink * away;
    }
  }
  return { rows, mean, targetMean, count, vectors: own, targets: wanted };
}

/** From nothing, by the inverse of the whole scatter. */
function solved(state: RidgeState, { count, vectors, targets, ...means }: Centred): RidgeState {
  const { alpha, labels } = state;
  const width = means.mean.length;
  const columns = transposed(vectors, count, width);
  const inverse = inverseOfScatter(columns, width, alpha);
  const moments = new Float64Array(labels * width);
  addProducts(moments, 1, transposed(targets, count, labels), columns, count);
  return { ...state, ...means, basis: axes, inverse, weights: timesInverse(moments, inverse) };
}

/** With P the inverse and U the rows: K = 1 + U P U' = L L' and V = L^-1 U P; P loses V' V, and the weights gain V' L^-1 of the errors. */
function updated(state: RidgeState, { count, vectors, targets, ...means }: Centred): RidgeState {
  const { alpha, labels } = state;
  const width = means.mean.length;
  const { basis, rank, coordinates: rows } = coordinates(state.basis, vectors, width);
  const inverse = widened(state.inverse, rank, alpha);
  const weights = grownWeights(state.weights, labels, rank);
  const v = timesInverse(rows, inverse);
  const gram = new Float64Array(count * count);
  addProducts(gram, 1, v, rows, rank);
  for (let i = 0; i < count; i += 1) gram[i * count + i] += 1;
  const factor = cholesky(gram, count);
  const errors = targets.slice();
  addProducts(errors, -1, rows, weights, rank);
  solveLower(factor, count, v, rank);
  solveLower(factor, count, errors, labels);
  addProducts(weights, 1, transposed(errors, count, labels), transposed(v, count, rank), count);
  const next = { ...state, ...means, basis, inverse: lessened(inverse, v), weights };
  return basis.kind === 'rows' && rank === width ? turnedToAxes(next, basis.rows) : next;
}

/** The basis is complete: from here on vectors need not be turned into it. */
function turnedToAxes(state: RidgeState, q: Float64Array): RidgeState {
  const weights = outOfBasis(state.basis, state.weights, state.labels, state.mean.length);
  return { ...state, basis: axes, inverse: turnedBy(state.inverse, q), weights };
}

function grownWeights(weights: Float64Array, labels: number, rank: number): Float64Array {
  const before = labels === 0 ? 0 : weights.length / labels;
  if (before === rank) return weights.slice();
  const result = new Float64Array(labels * rank);
  for (let i = 0; i < labels; i += 1) result.set(weights.subarray(i * before, (i + 1) * before), i * rank);
  return result;
}

/** B becomes L^-1 B, for L [n, n] and B [n, columns]. */
function solveLower(factor: Float64Array, n: number, b: Float64Array, columns: number): void {
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const share = factor[i * n + j];
      for (let k = 0; k < columns; k += 1) b[i * columns + k] -= share * b[j * columns + k];
    }
    const diagonal = factor[i * n + i];
    for (let k = 0; k < columns; k += 1) b[i * columns + k] /= diagonal;
  }
}

/**
 * By the leverage h of each row, what is 1 / rows and its own part in the inverse of the scatter: its error is 1 / (1 - h) times as large
 * without it (Allen 1974).
 */
function leftOut(state: RidgeState, { vectors, targets }: LabelledRows): Float64Array {
  const { alpha, labels, mean, targetMean } = state;
  const width = vectors.columns;
  const away = Float64Array.from(vectors.data, (value, i) => value - mean[i % width]);
  const { rank, coordinates: rows } = coordinates(state.basis, away, width);
  const inverse = widened(state.inverse, rank, alpha);
  const weights = grownWeights(state.weights, labels, rank);
  const turned = timesInverse(rows, inverse);
  const result = new Float64Array(vectors.rows * labels);
  addProducts(result, 1, rows, weights, rank);
  for (let i = 0; i < vectors.rows; i += 1) {
    let leverage = 1 / state.rows;
    for (let k = i * rank; k < (i + 1) * rank; k += 1) leverage += rows[k] * turned[k];
    for (let label = 0; label < labels; label += 1) {
      const wanted = targets[i] === label ? 1 : -1;
      const at = i * labels + label;
      result[at] = wanted - (wanted - targetMean[label] - result[at]) / (1 - leverage);
    }
  }
  return result;
}

function headOf({ alpha, labels, mean, targetMean, basis, weights }: RidgeState): Head {
  const width = mean.length;
  const full = basis.kind === 'axes' ? weights : outOfBasis(basis, weights, labels, width);
  const bias = new Float32Array(labels);
  for (let label = 0; label < labels; label += 1) {
    let value = targetMean[label];
    for (let k = 0; k < width; k += 1) value -= full[label * width + k] * mean[k];
    bias[label] = value;
  }
  return {
    kind: 'ridge',
    labels,
    settings: { alpha },
    tensors: {
      weight: { shape: [labels, width], data: new Float32Array(full) },
      bias: { shape: [labels], data: bias },
    },
  };
}
