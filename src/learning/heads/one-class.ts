// One-class: normal rows alone are the head, with the threshold that they gave each other. How unlike them a row is, is a distance; beyond the threshold
// it is no normal one. The second of its two labels is that of such rows.
import { leftOutDistances, thresholdAt } from '../anomaly/left-out.ts';
import { shrinkages } from '../anomaly/shrinkage.ts';
import { unlikeness, unlikenesses, type UnlikenessOptions } from '../anomaly/unlikeness.ts';
import type { Matrix } from '../matrix.ts';
import type { Head } from './head.ts';

export interface OneClassOptions extends UnlikenessOptions {
  /** Share of normal rows that are to be within the threshold, in (0, 1). */
  readonly quantile: number;
  readonly signal: AbortSignal;
}

export interface OneClassFit {
  readonly head: Head;
  /** The distance of each row from the others. [rows] */
  readonly leftOut: Float64Array;
  /** Whether there are enough rows that stand alone for the quantile; otherwise the threshold is the largest of these distances. */
  readonly reached: boolean;
}

/**
 * Tensor `vectors` [rows, columns]. `units`: a number from 0 for each row, equal for rows that belong together, at least 3 of them.
 * @throws RangeError for fewer; and for `mahalanobis` where no row differs from its prototype
 */
export function fitOneClass(x: Matrix, units: Int32Array, options: OneClassOptions): OneClassFit {
  const { distance, prototypes, shrinkage, quantile, signal } = options;
  const alone = new Set(units).size;
  if (alone < 3) throw new RangeError('a threshold takes at least three rows that stand alone');
  const leftOut = leftOutDistances(x, units, options, signal);
  const { threshold, reached } = thresholdAt(leftOut, quantile, alone);
  return {
    head: {
      kind: 'one-class',
      labels: 2,
      settings: { distance, prototypes, shrinkage, threshold },
      tensors: { vectors: { shape: [x.rows, x.columns], data: x.data.slice() } },
    },
    leftOut,
    reached,
  };
}

/** How unlike the normal rows each row is [rows], and beyond which distance a row is none of them. */
export function oneClassDistances(
  head: Head,
  x: Matrix,
): { readonly distances: Float64Array; readonly threshold: number } {
  const { vectors } = head.tensors;
  const { prototypes, threshold } = head.settings;
  const distance = unlikenesses.find((one) => one === head.settings['distance']);
  const shrinkage = shrinkages.find((one) => one === head.settings['shrinkage']);
  if (vectors === undefined || distance === undefined || shrinkage === undefined)
    throw new RangeError(`a ${head.kind} head is not one-class`);
  if (typeof prototypes !== 'number' || typeof threshold !== 'number')
    throw new RangeError('a one-class head without its numbers');
  const [rows = 0, columns = 0] = vectors.shape;
  const normal = { rows, columns, data: vectors.data };
  return { distances: unlikeness(normal, { distance, prototypes, shrinkage }).measure(x), threshold };
}

/**
 * [rows, 2]: how normal and how unlike, by the distance over the distance and the threshold, which is one half at the threshold. It says which of two rows is the
 * more unlike one, and is no probability of anything.
 */
export function oneClassShares(head: Head, x: Matrix): Float64Array {
  const { distances, threshold } = oneClassDistances(head, x);
  return Float64Array.from({ length: 2 * x.rows }, (_, at) => {
    const distance = distances[Math.floor(at / 2)];
    const unlike = distance > 0 ? distance / (distance + threshold) : 0;
    return at % 2 === 0 ? 1 - unlike : unlike;
  });
}
