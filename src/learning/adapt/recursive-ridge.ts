// Ridge regression on targets of +1 and -1 that takes rows one at a time and is at each of them the solution that `fitRidge` finds for all
// rows so far: rank-one updates of the inverse (Sherman and Morrison) of the centred covariance. Vectors are held in a basis of the rows
// seen, so that few rows of wide vectors stay cheap. A label that appears late has been -1 until then, which is a weight of zero.
import { mixRows } from '../dense.ts';
import type { Head } from '../heads/head.ts';
import type { Matrix } from '../matrix.ts';
import { row } from '../matrix.ts';
import type { LabelledRows, Learner } from './learner.ts';

interface RidgeState {
  readonly alpha: number;
  readonly labels: number;
  readonly rows: number;
  /** Of the vectors. [width] */
  readonly mean: Float64Array;
  /** Of the targets. [labels] */
  readonly targetMean: Float64Array;
  /** Orthonormal rows that span the centred vectors. [rank, width]; nothing where the rank is the width, and the axes serve. */
  readonly basis: Float64Array | undefined;
  readonly rank: number;
  /** (S + alpha)^-1 of the scatter S in the basis. [rank, rank] */
  readonly inverse: Float64Array;
  /** In the basis. [rank, labels] */
  readonly weights: Float64Array;
}

/** A part of a vector outside the basis that is smaller than this share of it is rounding. */
const roundingShare = 1e-9;

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
    basis: new Float64Array(0),
    rank: 0,
    inverse: new Float64Array(0),
    weights: new Float64Array(0),
  });
}

function learnerOf(state: RidgeState): Learner {
  return {
    labels: state.labels,
    learn: (rows, labels) => learnerOf(learnt(state, rows, labels)),
    head: () => Promise.resolve(headOf(state)),
  };
}

/** The same state with room for more, to be changed in place. */
interface Draft {
  readonly width: number;
  readonly labels: number;
  rows: number;
  readonly mean: Float64Array;
  readonly targetMean: Float64Array;
  basis: Float64Array | undefined;
  rank: number;
  /** Length of a row of `inverse`. */
  readonly stride: number;
  inverse: Float64Array;
  weights: Float64Array;
}

function learnt(state: RidgeState, { vectors, targets }: LabelledRows, labels: number): RidgeState {
  const draft = draftOf(state, vectors, labels);
  const deviation = new Float64Array(draft.width);
  const wanted = new Float64Array(labels);
  for (let i = 0; i < vectors.rows; i += 1) {
    const vector = row(vectors, i);
    const shrink = Math.sqrt(draft.rows / (draft.rows + 1));
    draft.rows += 1;
    const { mean, targetMean } = draft;
    for (let k = 0; k < deviation.length; k += 1) {
      const away = vector[k] - mean[k];
      mean[k] += away / draft.rows;
      deviation[k] = shrink * away;
    }
    for (let label = 0; label < labels; label += 1) {
      const away = (targets[i] === label ? 1 : -1) - targetMean[label];
      targetMean[label] += away / draft.rows;
      wanted[label] = shrink * away;
    }
    if (draft.rows > 1) update(draft, coordinates(draft, deviation, state.alpha), wanted);
    if (draft.basis !== undefined && draft.rank === draft.width) turnToAxes(draft);
  }
  const { mean, targetMean, rank, stride } = draft;
  return {
    alpha: state.alpha,
    labels,
    rows: draft.rows,
    mean,
    targetMean,
    basis: draft.basis?.slice(0, rank * draft.width),
    rank,
    inverse: resized(draft.inverse, rank, stride, rank, rank),
    weights: draft.weights.slice(0, rank * labels),
  };
}

function draftOf(state: RidgeState, { rows, columns: width }: Matrix, labels: number): Draft {
  if (state.mean.length !== width)
    throw new RangeError(`vectors of ${width} columns for a ridge over ${state.mean.length}`);
  const { rank, basis } = state;
  const room = Math.min(width, rank + rows);
  const targetMean = new Float64Array(labels).fill(-1); // of a label that no row had
  targetMean.set(state.targetMean);
  const grown = basis && new Float64Array(room * width);
  if (basis !== undefined) grown?.set(basis);
  return {
    width,
    labels,
    rows: state.rows,
    mean: state.mean.slice(),
    targetMean,
    basis: grown,
    rank,
    stride: room,
    inverse: resized(state.inverse, rank, rank, room, room),
    weights: resized(state.weights, rank, state.labels, room, labels),
  };
}

/** A vector in the basis, which grows where the vector is not in it. */
function coordinates(draft: Draft, vector: Float64Array, alpha: number): Float64Array {
  const { basis, width, rank, stride } = draft;
  if (basis === undefined) return vector;
  const found = new Float64Array(rank + 1);
  const rest = vector.slice();
  // Twice, since once leaves as much of the basis in the rest as rounding put there (Giraud and Langou).
  for (let pass = 0; pass < 2; pass += 1)
    for (let j = 0; j < rank; j += 1) {
      const start = j * width;
      let inner = 0;
      for (let k = 0; k < width; k += 1) inner += basis[start + k] * rest[k];
      found[j] += inner;
      for (let k = 0; k < width; k += 1) rest[k] -= inner * basis[start + k];
    }
  const length = norm(rest);
  if (rank === width || !(length > roundingShare * norm(vector))) return found.subarray(0, rank);
  for (let k = 0; k < width; k += 1) basis[rank * width + k] = rest[k] / length;
  draft.inverse[rank * stride + rank] = 1 / alpha;
  draft.rank += 1;
  found[rank] = length;
  return found;
}

/** Takes one centred row in: x in the basis, and its targets. */
function update(draft: Draft, x: Float64Array, wanted: Float64Array): void {
  const { rank, stride, inverse, weights, labels } = draft;
  const turned = new Float64Array(rank); // P x
  let scale = 1;
  for (let i = 0; i < rank; i += 1) {
    const start = i * stride;
    let sum = 0;
    for (let j = 0; j < rank; j += 1) sum += inverse[start + j] * x[j];
    turned[i] = sum;
    scale += x[i] * sum;
  }
  const error = wanted.slice();
  for (let i = 0; i < rank; i += 1)
    for (let label = 0; label < labels; label += 1) error[label] -= x[i] * weights[i * labels + label];
  for (let i = 0; i < rank; i += 1) {
    const gain = turned[i] / scale;
    const start = i * stride;
    for (let j = 0; j < rank; j += 1) inverse[start + j] -= gain * turned[j];
    for (let label = 0; label < labels; label += 1) weights[i * labels + label] += gain * error[label];
  }
}

/** The basis is complete: from here on vectors need not be turned into it. */
function turnToAxes(draft: Draft): void {
  const { basis, width, labels, inverse, weights } = draft;
  if (basis === undefined) return;
  draft.inverse = mixed(basis, mixed(inverse, basis, width, width), width, width); // Q' P Q, as P is symmetric
  draft.weights = mixed(basis, weights, width, labels);
  draft.basis = undefined;
}

function headOf({ alpha, labels, mean, targetMean, basis, rank, weights }: RidgeState): Head {
  const width = mean.length;
  const full = basis === undefined ? transposed(weights, rank, labels) : mixed(weights, basis, labels, width);
  const bias = Float32Array.from(targetMean, (value, label) => {
    for (let k = 0; k < width; k += 1) value -= full[label * width + k] * mean[k];
    return value;
  });
  return {
    kind: 'ridge',
    labels,
    settings: { alpha },
    tensors: {
      weight: { shape: [labels, width], data: Float32Array.from(full) },
      bias: { shape: [labels], data: bias },
    },
  };
}

/** A' B [m, width] of A [rows, m] and B [rows, width], where there may be no row. */
function mixed(a: Float64Array, b: Float64Array, m: number, width: number): Float64Array {
  const result = new Float64Array(m * width);
  if (b.length > 0) mixRows(a, b, b.length / width, width, result);
  return result;
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < columns; j += 1) result[j * rows + i] = a[i * columns + j];
  return result;
}

/** The first rows of a table whose rows are `stride` long, in a table of zeros with `rows` rows of `columns`. */
function resized(
  table: Float64Array,
  kept: number,
  stride: number,
  rows: number,
  columns: number,
): Float64Array {
  const result = new Float64Array(rows * columns);
  const length = Math.min(stride, columns);
  for (let i = 0; i < kept; i += 1) result.set(table.subarray(i * stride, i * stride + length), i * columns);
  return result;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
