// Nearest neighbours: the training rows themselves are the head. As scikit-learn's `KNeighborsClassifier`.
import type { Distance } from '../distance.ts';
import type { Matrix } from '../matrix.ts';
import { nearest } from '../neighbours.ts';
import { checkedTargets } from '../targets.ts';
import type { Head } from './head.ts';

export interface KnnOptions {
  /** Neighbours that vote; all rows where there are fewer. */
  readonly k: number;
  readonly distance: Distance;
  /** `distance`: a vote counts 1 / distance, and a row at distance 0 outvotes all that are farther. */
  readonly weights: 'uniform' | 'distance';
}

/**
 * Tensors `vectors` [rows, columns] and `labels` [rows].
 * @throws RangeError where a label has no row, labels do not fit the rows, or `k` is not positive
 */
export function fitKnn(x: Matrix, y: Int32Array, labels: number, options: KnnOptions): Head {
  if (!Number.isInteger(options.k) || options.k < 1)
    throw new RangeError(`k is a positive integer, not ${options.k}`);
  checkedTargets(x.rows, y, labels);
  return {
    kind: 'knn',
    labels,
    settings: { k: options.k, distance: options.distance, weights: options.weights },
    tensors: {
      vectors: { shape: [x.rows, x.columns], data: x.data.slice() },
      labels: { shape: [x.rows], data: Float32Array.from(y) },
    },
  };
}

/** Shares of the vote [rows, labels]. */
export function knnProbabilities(
  vectors: Matrix,
  y: Float32Array,
  labels: number,
  x: Matrix,
  options: KnnOptions,
): Float64Array {
  const votes = new Float64Array(x.rows * labels);
  nearest(vectors, x, options.k, options.distance).forEach((neighbours, i) => {
    const exact = neighbours.some((neighbour) => neighbour.distance === 0);
    const weights = neighbours.map((neighbour) => {
      if (options.weights === 'uniform') return 1;
      return exact ? Number(neighbour.distance === 0) : 1 / neighbour.distance;
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    neighbours.forEach((neighbour, j) => {
      const at = i * labels + y[neighbour.row];
      votes[at] += weights[j] / total;
    });
  });
  return votes;
}
