// How far rows lie from reference rows by the maximum mean discrepancy with a Gaussian kernel (Gretton et al., "A kernel two-sample test",
// 2012), and how often as far by chance: a gamma distribution of the mean and variance that the reference has. Pure.
import { normalCdf } from '../statistics/distributions.ts';

export interface Reference {
  readonly rows: number;
  /** [rows, width] */
  readonly vectors: Float32Array;
  /** Of squared distances, in the kernel exp(-scale d^2). */
  readonly scale: number;
  /** Mean of the kernel over all pairs. */
  readonly mean: number;
  /** Trace of the kernel's covariance, and what the gamma distribution takes for degrees of freedom. */
  readonly trace: number;
  readonly degrees: number;
}

/** The kernel has fallen to exp(-2) at the median distance. */
const fallen = 2;

export function referenceOf(vectors: Float32Array, width: number): Reference {
  const rows = vectors.length / width;
  const away = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < i; j += 1) {
      const distance = squaredDistance(vectors, i * width, vectors, j * width, width);
      away[i * rows + j] = distance;
      away[j * rows + i] = distance;
    }
  const apart = away.filter((_, at) => Math.floor(at / rows) < at % rows).sort();
  const median = apart[apart.length >> 1] ?? 0;
  const scale = median > 0 ? fallen / median : 1;
  const kernel = away.map((distance) => Math.exp(-scale * distance));
  const means = Float64Array.from({ length: rows }, (_, i) =>
    meanOf(kernel.subarray(i * rows, (i + 1) * rows)),
  );
  const mean = meanOf(means);
  let [diagonal, squares] = [0, 0];
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < rows; j += 1) {
      const centred = kernel[i * rows + j] - means[i] - means[j] + mean;
      if (i === j) diagonal += centred;
      else squares += centred * centred;
    }
  const trace = diagonal / (rows - 1);
  const degrees = (trace * trace * rows * (rows - 1)) / squares;
  return { rows, vectors, scale, mean, trace, degrees };
}

/** The kernel of a row with each of others [n, width]. */
export function kernels(row: Float32Array, others: Float32Array, scale: number): Float64Array {
  const width = row.length;
  const result = new Float64Array(others.length / width);
  for (let i = 0; i < result.length; i += 1)
    result[i] = Math.exp(-scale * squaredDistance(row, 0, others, i * width, width));
  return result;
}

/**
 * How often so many rows lie so far from the reference by chance. `within`: mean of the kernel over all pairs of the rows, each with itself
 * too. `between`: over all pairs of a row and a reference row.
 */
export function chanceOf(
  { rows, mean, trace, degrees }: Reference,
  count: number,
  { within, between }: { readonly within: number; readonly between: number },
): number {
  const away = (within - 2 * between + mean) / (1 / count + 1 / rows);
  if (!(degrees > 0 && Number.isFinite(degrees))) return 1; // all reference rows are the same
  // Wilson and Hilferty: the cube root of a chi-squared is close to normal.
  const spread = 2 / (9 * degrees);
  return normalCdf(-(Math.cbrt(Math.max(away, 0) / trace) - (1 - spread)) / Math.sqrt(spread));
}

function squaredDistance(
  a: Float32Array,
  from: number,
  b: Float32Array,
  other: number,
  width: number,
): number {
  let [even, odd] = [0, 0];
  let k = 0;
  for (; k + 1 < width; k += 2) {
    const [first, second] = [a[from + k] - b[other + k], a[from + k + 1] - b[other + k + 1]];
    even += first * first;
    odd += second * second;
  }
  return k < width ? even + odd + (a[from + k] - b[other + k]) ** 2 : even + odd;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
