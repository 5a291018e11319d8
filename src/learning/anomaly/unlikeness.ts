// How unlike a few normal rows a row is: its distance to the nearest of their prototypes. Knows no threshold.
import { row, type Matrix } from '../matrix.ts';
import { centresOf } from './centres.ts';
import { mahalanobis } from './mahalanobis.ts';
import type { Shrinkage, Shrunk } from './shrinkage.ts';

export const unlikenesses = ['mahalanobis', 'euclidean', 'cosine'] as const;
type Distance = (typeof unlikenesses)[number];

export interface UnlikenessOptions {
  readonly distance: Distance;
  /** At least 1; of as many as there are rows each row is its own. */
  readonly prototypes: number;
  /** For `mahalanobis`. */
  readonly shrinkage: Shrinkage;
}

export interface Unlikeness {
  /** The distance of each row [rows]; none is below 0. */
  readonly measure: (x: Matrix) => Float64Array;
  /** Of `mahalanobis`: how far the covariance was shrunk. */
  readonly shrunk: Shrunk | undefined;
}

/**
 * The distances are not squared. `shrunk`: how far the covariance is shrunk, where that was found in more rows than these. With several prototypes `mahalanobis` has the covariance of the rows about theirs.
 * @throws RangeError where rows are of another width; and for `mahalanobis` where no row differs from its prototype
 */
export function unlikeness(
  normal: Matrix,
  { distance, prototypes, shrinkage }: UnlikenessOptions,
  shrunk?: Shrunk,
): Unlikeness {
  const { columns } = normal;
  const { means, count, of } = centresOf(normal, prototypes);
  const less = (x: Matrix, i: number, centre: number): Float64Array => {
    const own = row(x, i);
    return Float64Array.from({ length: columns }, (_, k) => own[k] - means[centre * columns + k]);
  };
  const residuals = (): Float64Array => {
    const all = new Float64Array(normal.rows * columns);
    for (let i = 0; i < normal.rows; i += 1) all.set(less(normal, i, of[i]), i * columns);
    return all;
  };
  const whitened =
    distance === 'mahalanobis'
      ? mahalanobis(residuals(), normal.rows, columns, shrunk ?? shrinkage)
      : undefined;
  const away = (x: Matrix, i: number, centre: number): number => {
    if (distance === 'cosine')
      return 1 - cosine(row(x, i), means.subarray(centre * columns, (centre + 1) * columns));
    const difference = less(x, i, centre);
    return Math.sqrt(whitened?.squared(difference) ?? dot(difference, difference));
  };
  const measure = (x: Matrix): Float64Array => {
    if (x.columns !== columns)
      throw new RangeError(`vectors of ${x.columns} columns for prototypes of ${columns}`);
    return Float64Array.from({ length: x.rows }, (_, i) => {
      let least = Infinity;
      for (let centre = 0; centre < count; centre += 1) least = Math.min(least, away(x, i, centre));
      return least;
    });
  };
  return { measure, shrunk: whitened && { share: whitened.share, mean: whitened.mean } };
}

/** In [-1, 1]; 0 where one is zero. */
function cosine(a: Float32Array, b: Float64Array): number {
  const size = Math.sqrt(dot(a, a) * dot(b, b));
  return size > 0 ? Math.min(1, Math.max(-1, dot(a, b) / size)) : 0;
}

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += a[k] * b[k];
  return sum;
}
