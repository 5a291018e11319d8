// Two-sided tests of paired differences (a minus b on the same seeds): is their mean, or centre, zero? And Holm's
// correction for asking several times.
import type { Random } from '../random.ts';
import { normalCdf, studentCdf } from './distributions.ts';
import { isConstant, mean, sampleSd } from './summary.ts';

export interface TestResult {
  readonly statistic: number;
  /** Two-sided. */
  readonly p: number;
  /** How `p` was found. */
  readonly method: 't' | 'exact' | 'normal' | 'random';
}

/**
 * Student's paired t-test; `undefined` for differences that are all equal: nothing is known of their spread.
 * @throws RangeError for fewer than two differences
 */
export function pairedT(differences: readonly number[]): TestResult | undefined {
  if (isConstant(differences)) return undefined;
  const error = sampleSd(differences) / Math.sqrt(differences.length);
  const average = mean(differences);
  const statistic = average / error;
  return { statistic, p: 2 * studentCdf(-Math.abs(statistic), differences.length - 1), method: 't' };
}

/**
 * Wilcoxon's signed-rank test without zero differences, as scipy's `wilcoxon`: exact up to 50 differences, with ties or
 * zeros among them up to 13; else by the normal approximation. p = 1 where every difference is zero. The statistic is
 * the smaller sum of ranks.
 */
export function wilcoxon(differences: readonly number[]): TestResult {
  const kept = differences.filter((difference) => difference !== 0);
  if (kept.length === 0) return { statistic: 0, p: 1, method: 'exact' };
  const { ranks, ties } = midranks(kept.map(Math.abs));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, i) => sum + (kept[i] > 0 ? rank : 0), 0);
  const statistic = Math.min(positive, total - positive);
  const untied = ties.every((size) => size === 1) && kept.length === differences.length;
  if (differences.length <= (untied ? 50 : 13))
    return { statistic, p: Math.min(1, 2 * lowerTail(ranks, statistic)), method: 'exact' };
  const n = kept.length;
  const tied = ties.reduce((sum, size) => sum + size ** 3 - size, 0);
  const sd = Math.sqrt((n * (n + 1) * (2 * n + 1) - tied / 2) / 24);
  return { statistic, p: 2 * normalCdf((statistic - total / 2) / sd), method: 'normal' };
}

/** P(sum of the ranks with a plus <= statistic) over all equally likely signs. Ranks are multiples of a half. */
function lowerTail(ranks: readonly number[], statistic: number): number {
  const limit = Math.round(2 * statistic);
  let shares = new Float64Array(limit + 1);
  shares[0] = 1;
  for (const rank of ranks) {
    const doubled = Math.round(2 * rank);
    shares = shares.map((share, sum) => (share + (sum >= doubled ? shares[sum - doubled] : 0)) / 2);
  }
  return shares.reduce((sum, share) => sum + share, 0);
}

/** Ranks from 1, equal values sharing their mean rank, and the sizes of the groups of equal values. */
function midranks(values: readonly number[]): { ranks: number[]; ties: number[] } {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length).fill(0);
  const ties: number[] = [];
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && values[order[end]] === values[order[start]]) end += 1;
    for (const i of order.slice(start, end)) ranks[i] = (start + 1 + end) / 2;
    ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

/**
 * Sign-flip permutation test of the mean: exact over all signs up to 12 differences, beyond by `draws` random flips, the
 * observed one counted among them (Phipson and Smyth 2010). The statistic is the mean.
 */
export function signFlipTest(
  differences: readonly number[],
  { draws, random }: { readonly draws: number; readonly random: Random },
): TestResult {
  const n = differences.length;
  const observed = differences.reduce((sum, difference) => sum + difference, 0);
  const size = differences.reduce((sum, difference) => sum + Math.abs(difference), 0);
  const threshold = Math.abs(observed) - 1e-12 * size; // equal sums in another order differ by rounding
  const statistic = mean(differences);
  if (n <= 12) {
    let extreme = 0;
    for (let signs = 0; signs < 2 ** n; signs += 1) {
      const sum = differences.reduce(
        (all, difference, i) => all + ((signs >> i) & 1 ? -difference : difference),
        0,
      );
      if (Math.abs(sum) >= threshold) extreme += 1;
    }
    return { statistic, p: extreme / 2 ** n, method: 'exact' };
  }
  let extreme = 1;
  for (let draw = 0; draw < draws; draw += 1) {
    const sum = differences.reduce(
      (all, difference) => all + (random.below(2) === 0 ? difference : -difference),
      0,
    );
    if (Math.abs(sum) >= threshold) extreme += 1;
  }
  return { statistic, p: extreme / (draws + 1), method: 'random' };
}

/** The values corrected for their number (Holm 1979), in their order. */
export function holm(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const corrected = new Array<number>(values.length).fill(0);
  let largest = 0;
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, values[i] * (values.length - rank)));
    corrected[i] = largest;
  });
  return corrected;
}
