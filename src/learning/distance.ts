// Distances between vectors, in double precision: squared Euclidean (that of prototypical networks), or one minus the cosine.
import { row, type Matrix } from './matrix.ts';

export type Distance = 'euclidean' | 'cosine';

/**
 * Distances [a.rows, b.rows] between all rows of two matrices: squared for `euclidean`; for `cosine` in [0, 2], and 1
 * where a vector is zero.
 * @throws RangeError where the widths differ
 */
export function distances(a: Matrix, b: Matrix, distance: Distance): Float64Array {
  if (a.columns !== b.columns) throw new RangeError(`vectors of ${a.columns} and of ${b.columns} columns`);
  const result = new Float64Array(a.rows * b.rows);
  const lengths = distance === 'cosine' ? ([norms(a), norms(b)] as const) : undefined;
  for (let i = 0; i < a.rows; i += 1)
    for (let j = 0; j < b.rows; j += 1) {
      const at = i * b.rows + j;
      if (lengths === undefined) {
        result[at] = squaredDistance(row(a, i), row(b, j));
      } else {
        const size = lengths[0][i] * lengths[1][j];
        const cosine = size > 0 ? dot(row(a, i), row(b, j)) / size : 0;
        result[at] = 1 - Math.min(1, Math.max(-1, cosine));
      }
    }
  return result;
}

/** In [-1, 1]; 0 where a vector is zero. */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  const size = Math.sqrt(dot(a, a) * dot(b, b));
  return size > 0 ? Math.min(1, Math.max(-1, dot(a, b) / size)) : 0;
}

function norms(matrix: Matrix): Float64Array {
  return Float64Array.from({ length: matrix.rows }, (_, i) => Math.sqrt(dot(row(matrix, i), row(matrix, i))));
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) {
    const difference = a[k] - b[k];
    sum += difference * difference;
  }
  return sum;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += a[k] * b[k];
  return sum;
}
