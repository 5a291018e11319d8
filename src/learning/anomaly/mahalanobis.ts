// The squared Mahalanobis distance of differences, by the shrunk covariance of the residuals of a few rows. Where there are fewer rows than columns no matrix
// over the columns is made: the inverse is that of a multiple of the identity and as many rows (Woodbury). Knows no prototypes.
import { cholesky, forwardSolve } from '../cholesky.ts';
import { shrink, type Shrinkage, type Shrunk } from './shrinkage.ts';

export interface Mahalanobis extends Shrunk {
  /** Of a difference [columns]. */
  readonly squared: (difference: Float64Array) => number;
}

/** Below it the inverse is lost in rounding. */
const leastShare = 1e-6;

/**
 * `residuals` [rows, columns]: rows less their prototypes. `shrinkage`: how much is found in them, or how much was found already.
 * @throws RangeError where all of them are zero
 */
export function mahalanobis(
  residuals: Float64Array,
  rows: number,
  columns: number,
  shrinkage: Shrinkage | Shrunk,
): Mahalanobis {
  const row = (i: number): Float64Array => residuals.subarray(i * columns, (i + 1) * columns);
  const products = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j <= i; j += 1) products[i * rows + j] = products[j * rows + i] = dot(row(i), row(j));
  const { share: wanted, mean } =
    typeof shrinkage === 'string' ? shrink(products, rows, columns, shrinkage) : shrinkage;
  if (!(mean > 0)) throw new RangeError('no row differs from its prototype');
  const share = Math.max(leastShare, wanted);
  const floor = share * mean; // of the variances
  const weight = (1 - share) / rows; // of each residual
  if (rows < columns) {
    const inner = products.map((value, at) => weight * value + (at % (rows + 1) === 0 ? floor : 0));
    const factor = cholesky(inner, rows);
    const squared = (difference: Float64Array): number => {
      const along = Float64Array.from({ length: rows }, (_, i) => dot(row(i), difference));
      forwardSolve(factor, rows, along);
      return Math.max(0, dot(difference, difference) - weight * dot(along, along)) / floor;
    };
    return { share: wanted, mean, squared };
  }
  const covariance = new Float64Array(columns * columns);
  for (let i = 0; i < rows; i += 1) {
    const own = row(i);
    for (let a = 0; a < columns; a += 1)
      for (let b = 0; b <= a; b += 1) covariance[a * columns + b] += weight * own[a] * own[b];
  }
  for (let a = 0; a < columns; a += 1) covariance[a * columns + a] += floor;
  const factor = cholesky(covariance, columns);
  const squared = (difference: Float64Array): number => {
    const whitened = difference.slice();
    forwardSolve(factor, columns, whitened);
    return dot(whitened, whitened);
  };
  return { share: wanted, mean, squared };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += a[k] * b[k];
  return sum;
}
