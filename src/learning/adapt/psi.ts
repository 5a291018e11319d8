// The population stability index of two samples, and the same of vectors: the mean over directions drawn at random, since a change that
// shows in the vectors shows along most directions. Pure.
import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';

/** Bins of equally many of the earlier values, each with the share of either sample in it. */
export interface Bins {
  /** Bin `i` ends before `edges[i]`; the last has no end. */
  readonly edges: readonly number[];
  /** Shares of the earlier values. */
  readonly shares: readonly number[];
}

/** Added to the count of each bin, so that an empty one has a logarithm. */
const pseudocount = 0.5;

export function binsOf(values: readonly number[], bins: number): Bins {
  const sorted = [...values].sort((a, b) => a - b);
  const edges = Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, (i + 1) / bins));
  return { edges, shares: sharesIn(values, edges) };
}

/** At least 0; from 0.1 on it is usual to speak of a shift, from 0.2 on of a large one. */
export function stabilityIndex({ edges, shares }: Bins, values: readonly number[]): number {
  return sharesIn(values, edges).reduce(
    (sum, share, i) => sum + (share - shares[i]) * Math.log(share / shares[i]),
    0,
  );
}

/** [count, columns], of about unit length. */
export function randomDirections(count: number, columns: number, random: Random): Matrix {
  const scale = 1 / Math.sqrt(columns);
  const data = Float32Array.from({ length: count * columns }, () => random.normal() * scale);
  return { rows: count, columns, data };
}

function sharesIn(values: readonly number[], edges: readonly number[]): readonly number[] {
  const counts = new Array<number>(edges.length + 1).fill(pseudocount);
  for (const value of values) {
    const bin = edges.findIndex((edge) => value < edge);
    counts[bin < 0 ? edges.length : bin] += 1;
  }
  return counts.map((count) => count / (values.length + pseudocount * counts.length));
}

/** Between the two nearest of the sorted values, as `numpy.quantile` does. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (at - below) * (next - sorted[below]);
}
