// The inverse of a scatter with a penalty, (S + alpha)^-1, that follows as rows come: a matrix less the outer products of the last few
// changes, which are taken off together, so that most changes copy nothing. Plain values that are never changed.
import { cholesky } from '../cholesky.ts';
import { addProducts, mirrorLower, transposed } from './products.ts';

/** `whole` less `tail'` `tail`. */
export interface Inverse {
  readonly rank: number;
  /** [rank, rank] */
  readonly whole: Float64Array;
  /** [any, rank] */
  readonly tail: Float64Array;
}

/** Rows of the tail before it is taken off. */
const longestTail = 64;

const none = new Float64Array(0);
export const emptyInverse: Inverse = { rank: 0, whole: none, tail: none };

/** Of the scatter of rows given by their columns, [rank, rows]. */
export function inverseOfScatter(columns: Float64Array, rank: number, alpha: number): Inverse {
  const scatter = new Float64Array(rank * rank);
  addProducts(scatter, 1, columns, columns, columns.length / rank, true);
  for (let i = 0; i < rank; i += 1) scatter[i * rank + i] += alpha;
  const root = transposed(inverseOfLower(cholesky(scatter, rank), rank), rank, rank);
  const whole = new Float64Array(rank * rank);
  addProducts(whole, 1, root, root, rank, true);
  mirrorLower(whole, rank);
  return { rank, whole, tail: none };
}

/** With more columns, of which no row has shown anything: 1 / alpha. */
export function widened(inverse: Inverse, rank: number, alpha: number): Inverse {
  if (inverse.rank === rank) return inverse;
  const before = inverse.rank;
  const { whole: known } = flat(inverse);
  const whole = new Float64Array(rank * rank);
  for (let i = 0; i < before; i += 1) whole.set(known.subarray(i * before, (i + 1) * before), i * rank);
  for (let i = before; i < rank; i += 1) whole[i * rank + i] = 1 / alpha;
  return { rank, whole, tail: none };
}

/** Rows [n, rank] times the inverse. */
export function timesInverse(rows: Float64Array, { rank, whole, tail }: Inverse): Float64Array {
  const result = new Float64Array(rows.length);
  if (rank === 0) return result;
  addProducts(result, 1, rows, whole, rank);
  if (tail.length === 0) return result;
  const length = tail.length / rank;
  const shares = new Float64Array((rows.length / rank) * length);
  addProducts(shares, 1, rows, tail, rank);
  addProducts(result, -1, shares, transposed(tail, length, rank), length);
  return result;
}

/** Less V' V, of V [any, rank]. */
export function lessened(inverse: Inverse, v: Float64Array): Inverse {
  const tail = new Float64Array(inverse.tail.length + v.length);
  tail.set(inverse.tail);
  tail.set(v, inverse.tail.length);
  const next = { ...inverse, tail };
  return tail.length > longestTail * inverse.rank ? flat(next) : next;
}

/** Q' P Q for an orthonormal Q [rank, rank]. */
export function turnedBy(inverse: Inverse, q: Float64Array): Inverse {
  const { rank } = inverse;
  const turned = transposed(q, rank, rank);
  const whole = new Float64Array(rank * rank);
  addProducts(whole, 1, turned, timesInverse(turned, inverse), rank, true);
  mirrorLower(whole, rank);
  return { rank, whole, tail: none };
}

function flat({ rank, whole, tail }: Inverse): Inverse {
  if (tail.length === 0) return { rank, whole, tail };
  const length = tail.length / rank;
  const columns = transposed(tail, length, rank);
  const result = whole.slice();
  addProducts(result, -1, columns, columns, length, true);
  mirrorLower(result, rank);
  return { rank, whole: result, tail: none };
}

function inverseOfLower(factor: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const share = factor[i * n + j];
      for (let k = 0; k <= j; k += 1) result[i * n + k] -= share * result[j * n + k];
    }
    result[i * n + i] = 1;
    const diagonal = factor[i * n + i];
    for (let k = 0; k <= i; k += 1) result[i * n + k] /= diagonal;
  }
  return result;
}
