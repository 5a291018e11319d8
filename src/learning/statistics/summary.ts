// Means with their spread and intervals: of the figures of several runs, and of a share of rows.
import { normalQuantile, studentQuantile } from './distributions.ts';

export interface Summary {
  readonly mean: number;
  /** Sample standard deviation (n - 1); null for one value. */
  readonly sd: number | null;
  readonly n: number;
  readonly min: number;
  readonly max: number;
  /** Ends of the t-interval of the mean; null for one value, and for equal ones, of whose spread nothing is known. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** @throws RangeError for no values */
export function summarise(values: readonly number[], confidence = 0.95): Summary {
  const average = mean(values);
  const spread = { n: values.length, min: Math.min(...values), max: Math.max(...values) };
  if (values.length === 1) return { mean: average, sd: null, ...spread, low: null, high: null };
  if (isConstant(values)) return { mean: average, sd: 0, ...spread, low: null, high: null };
  return { mean: average, sd: sampleSd(values), ...spread, ...tInterval(values, confidence) };
}

/** @throws RangeError for no values */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values have no mean');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Standard deviation with n - 1.
 * @throws RangeError for fewer than two values
 */
export function sampleSd(values: readonly number[]): number {
  if (values.length < 2) throw new RangeError('a standard deviation needs two values');
  const average = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1));
}

/**
 * Whether all values are equal but for rounding.
 * @throws RangeError for fewer than two values
 */
export function isConstant(values: readonly number[]): boolean {
  return sampleSd(values) <= 1e-12 * Math.max(1, ...values.map(Math.abs));
}

/**
 * Student's interval of the mean.
 * @throws RangeError for fewer than two values
 */
export function tInterval(values: readonly number[], confidence = 0.95): Interval {
  const average = mean(values);
  const half =
    (studentQuantile((1 + confidence) / 2, values.length - 1) * sampleSd(values)) / Math.sqrt(values.length);
  return { low: average - half, high: average + half };
}

/** The interval of a share of `successes` among `n` independent rows (Wilson 1927). */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): Interval {
  if (!(n > 0 && successes >= 0 && successes <= n)) throw new RangeError(`${successes} of ${n} is no share`);
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / n;
  const scale = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** The value below which a share of the sorted values lies, interpolated linearly as numpy does. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
