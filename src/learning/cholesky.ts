// Cholesky factors of small dense symmetric matrices in double precision, row-major: plain for positive definite ones,
// pivoted for those of lower rank.

/** The lower factor L of a positive definite matrix [n, n], A = L L'. The upper half of the result is zero. */
export function cholesky(matrix: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k += 1) sum -= factor[i * n + k] * factor[j * n + k];
      if (i !== j) factor[i * n + j] = sum / factor[j * n + j];
      else if (sum > 0) factor[i * n + i] = Math.sqrt(sum);
      else throw new RangeError('the matrix is not positive definite');
    }
  return factor;
}

/** Solves L x = b in place for a lower factor [n, n]. */
export function forwardSolve(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i += 1) {
    let sum = b[i];
    for (let k = 0; k < i; k += 1) sum -= factor[i * n + k] * b[k];
    b[i] = sum / factor[i * n + i];
  }
}

/** Solves L' x = b in place for a lower factor [n, n]. */
export function backwardSolve(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i -= 1) {
    const solved = b[i] / factor[i * n + i];
    b[i] = solved;
    for (let k = 0; k < i; k += 1) b[k] -= factor[i * n + k] * solved;
  }
}

export interface PivotedFactor {
  readonly rank: number;
  /** The rows that span the matrix, in the order they were chosen. */
  readonly pivots: readonly number[];
  /** [n, rank]: A = L L' up to the tolerance; the rows of the pivots are a lower triangle in their order. */
  readonly factor: Float64Array;
}

/** Pivoted Cholesky of a positive semi-definite matrix [n, n]; ends where no remaining diagonal exceeds 1e-13 of the largest. */
export function pivotedCholesky(matrix: Float64Array, n: number): PivotedFactor {
  const left = Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]);
  const threshold = 1e-13 * left.reduce((a, b) => Math.max(a, b), 0);
  const full = new Float64Array(n * n); // as many of its columns are used as the rank turns out to be
  const pivots: number[] = [];
  while (pivots.length < n) {
    const pivot = left.reduce((best, value, i) => (value > left[best] ? i : best), 0);
    if (!(left[pivot] > threshold)) break;
    const rank = pivots.length;
    const root = Math.sqrt(left[pivot]);
    const done = new Set(pivots);
    pivots.push(pivot);
    for (let i = 0; i < n; i += 1) {
      if (done.has(i)) continue;
      let sum = matrix[i * n + pivot];
      for (let k = 0; k < rank; k += 1) sum -= full[i * n + k] * full[pivot * n + k];
      full[i * n + rank] = i === pivot ? root : sum / root;
      left[i] -= full[i * n + rank] ** 2;
    }
    left[pivot] = -Infinity;
  }
  const rank = pivots.length;
  const factor = new Float64Array(n * rank);
  for (let i = 0; i < n; i += 1) factor.set(full.subarray(i * n, i * n + rank), i * rank);
  return { rank, pivots, factor };
}
