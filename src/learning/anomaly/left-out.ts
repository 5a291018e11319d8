// The threshold of normal rows from these rows themselves: each is measured by the others, as a new row would be (leave-one-out). Rows that belong
// together are left out together; of many rows some at a time, so that the time stays that of a few dozen fits.
import { takeRows, type Matrix } from '../matrix.ts';
import { unlikeness, type UnlikenessOptions } from './unlikeness.ts';

/** No more parts are left out in turn. */
const mostParts = 50;

/**
 * The covariance of the others is shrunk as far as that of all rows: what fewer rows ask for is another unit of distance.
 * `units`: a number from 0 for each row, equal for rows that are left out together. There are at least 3. [rows]
 */
export function leftOutDistances(
  normal: Matrix,
  units: Int32Array,
  options: UnlikenessOptions,
  signal: AbortSignal,
): Float64Array {
  const all = [...units.keys()];
  const { shrunk } = unlikeness(normal, options);
  const parts = Math.min(mostParts, Math.max(...units) + 1);
  const result = new Float64Array(normal.rows);
  for (let part = 0; part < parts; part += 1) {
    signal.throwIfAborted();
    const out = all.filter((i) => units[i] % parts === part);
    const kept = all.filter((i) => units[i] % parts !== part);
    const measured = unlikeness(takeRows(normal, kept), options, shrunk).measure(takeRows(normal, out));
    out.forEach((row, i) => (result[row] = measured[i]));
  }
  return result;
}

/**
 * The smallest of the distances that at least the share `quantile` of rows like them is expected not to exceed: the one of rank quantile * (rows + 1), as in
 * conformal prediction (Vovk, Gammerman and Shafer 2005); of fewer rows than that takes, the largest. `alone`: how many of the rows stand alone,
 * which is how many count for that: copies of a row, or rows of one group, say no more than one.
 */
export function thresholdAt(
  distances: Float64Array,
  quantile: number,
  alone = distances.length,
): { readonly threshold: number; readonly reached: boolean } {
  const rankOf = (rows: number): number => Math.max(1, Math.ceil(quantile * (rows + 1) - 1e-9));
  const sorted = distances.toSorted();
  const reached = rankOf(alone) <= alone;
  return { threshold: sorted[(reached ? rankOf(sorted.length) : sorted.length) - 1], reached };
}
