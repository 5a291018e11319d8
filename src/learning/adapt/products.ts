// Sums of products of matrices of double precision, in place: twelve sums at a time, which stay in registers. One kind of array
// throughout, so that the compiled loop needs no case distinctions.

/**
 * C [n, m] gets `sign` times A B' [n, m] of A [n, width] and B [m, width] added; with `lower` the upper half is left undefined. Each number is
 * summed from the first column to the last.
 */
export function addProducts(
  c: Float64Array,
  sign: 1 | -1,
  a: Float64Array,
  b: Float64Array,
  width: number,
  lower = false,
): void {
  if (width === 0) return;
  const [n, m] = [a.length / width, b.length / width];
  const sum: Sum = { c, sign, a, b, width, n, m };
  for (let j = 0; j < m; j += 3)
    for (let i = lower ? j - (j % 4) : 0; i < n; i += 4)
      if (i + 3 < n && j + 2 < m) tile(sum, i, j);
      else rest(sum, i, j);
}

/** What is added to what: C [n, m], A [n, width], B [m, width]. */
interface Sum {
  readonly c: Float64Array;
  readonly sign: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly width: number;
  readonly n: number;
  readonly m: number;
}

/** Four rows of A with three of B; next to the diagonal a little of the upper half, too. */
function tile({ c, sign, a, b, width, m }: Sum, i: number, j: number): void {
  const a0 = i * width;
  const a1 = a0 + width;
  const a2 = a1 + width;
  const a3 = a2 + width;
  const b0 = j * width;
  const b1 = b0 + width;
  const b2 = b1 + width;
  let [s00, s01, s02, s10, s11, s12] = [0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s30, s31, s32] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < width; k += 1) {
    const x = b[b0 + k];
    const y = b[b1 + k];
    const z = b[b2 + k];
    const v0 = a[a0 + k];
    s00 += v0 * x;
    s01 += v0 * y;
    s02 += v0 * z;
    const v1 = a[a1 + k];
    s10 += v1 * x;
    s11 += v1 * y;
    s12 += v1 * z;
    const v2 = a[a2 + k];
    s20 += v2 * x;
    s21 += v2 * y;
    s22 += v2 * z;
    const v3 = a[a3 + k];
    s30 += v3 * x;
    s31 += v3 * y;
    s32 += v3 * z;
  }
  const at = i * m + j;
  c[at] += sign * s00;
  c[at + 1] += sign * s01;
  c[at + 2] += sign * s02;
  c[at + m] += sign * s10;
  c[at + m + 1] += sign * s11;
  c[at + m + 2] += sign * s12;
  c[at + 2 * m] += sign * s20;
  c[at + 2 * m + 1] += sign * s21;
  c[at + 2 * m + 2] += sign * s22;
  c[at + 3 * m] += sign * s30;
  c[at + 3 * m + 1] += sign * s31;
  c[at + 3 * m + 2] += sign * s32;
}

/** The same where fewer rows are left. */
function rest({ c, sign, a, b, width, n, m }: Sum, i: number, j: number): void {
  for (let row = i; row < Math.min(i + 4, n); row += 1)
    for (let column = j; column < Math.min(j + 3, m); column += 1) {
      let sum = 0;
      for (let k = 0; k < width; k += 1) sum += a[row * width + k] * b[column * width + k];
      c[row * m + column] += sign * sum;
    }
}

/** Writes the lower half of a matrix [n, n] over the upper. */
export function mirrorLower(matrix: Float64Array, n: number): void {
  for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) matrix[j * n + i] = matrix[i * n + j];
}

/** A' [columns, rows] of A [rows, columns]. */
export function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < columns; j += 1) result[j * rows + i] = a[i * columns + j];
  return result;
}
