// Products of row-major matrices in double precision, quick for rows of mostly zeros too.

export type Numbers = Float64Array | Float32Array;

/** Numbers of B that are multiplied by all of A before the next: as many as stay in a processor's cache. */
const cached = 2 ** 15;

/**
 * A B' [n, m] of A [n, width] and B [m, width]: the inner products of their rows. Each is summed from the first column
 * to the last, so it does not depend on which other rows are multiplied along with it.
 */
export function innerProducts(a: Numbers, b: Numbers, width: number): Float64Array {
  const n = width === 0 ? 0 : a.length / width;
  const m = width === 0 ? 0 : b.length / width;
  const result = new Float64Array(n * m);
  const terms: Terms = { columns: new Int32Array(width), values: new Float64Array(width), count: 0 };
  const tile = Math.max(4, Math.floor(cached / width / 4) * 4);
  for (let first = 0; first < m; first += tile) {
    const last = Math.min(m, first + tile);
    const rows = b.subarray(first * width, last * width);
    for (let i = 0; i < n; i += 1) {
      gather(a, i * width, width, terms);
      const multiply = terms.count * 2 < width ? sparseRow : denseRow;
      multiply(terms, rows, width, result.subarray(i * m + first, i * m + last));
    }
  }
  return result;
}

/** One row of A: its values that are not zero, and their columns. */
interface Terms {
  readonly columns: Int32Array;
  readonly values: Float64Array;
  count: number;
}

/** Dense rows keep their zeros, so that column `k` is term `k`. */
function gather(a: Numbers, start: number, width: number, terms: Terms): void {
  terms.count = 0;
  for (let k = 0; k < width; k += 1)
    if (a[start + k] !== 0) {
      terms.columns[terms.count] = k;
      terms.values[terms.count] = a[start + k];
      terms.count += 1;
    }
  if (terms.count * 2 >= width) for (let k = 0; k < width; k += 1) terms.values[k] = a[start + k];
}

function denseRow({ values }: Terms, b: Numbers, width: number, result: Float64Array): void {
  let j = 0;
  for (; j + 3 < result.length; j += 4) {
    // Four sums at once keep the processor's adders busy.
    const b0 = j * width;
    const b1 = b0 + width;
    const b2 = b1 + width;
    const b3 = b2 + width;
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let k = 0; k < width; k += 1) {
      const value = values[k];
      s0 += value * b[b0 + k];
      s1 += value * b[b1 + k];
      s2 += value * b[b2 + k];
      s3 += value * b[b3 + k];
    }
    result[j] = s0;
    result[j + 1] = s1;
    result[j + 2] = s2;
    result[j + 3] = s3;
  }
  for (; j < result.length; j += 1) {
    let sum = 0;
    for (let k = 0; k < width; k += 1) sum += values[k] * b[j * width + k];
    result[j] = sum;
  }
}

function sparseRow({ columns, values, count }: Terms, b: Numbers, width: number, result: Float64Array): void {
  for (let j = 0; j < result.length; j += 1) {
    const start = j * width;
    let sum = 0;
    for (let k = 0; k < count; k += 1) sum += values[k] * b[start + columns[k]];
    result[j] = sum;
  }
}

/** Writes A' B [m, width] of A [rows, m] and B [rows, width] into `out`: the rows of B mixed by the columns of A. */
export function mixRows(a: Numbers, b: Numbers, rows: number, width: number, out: Float64Array): void {
  const m = a.length / rows;
  out.fill(0);
  for (let j = 0; j < m; j += 1) {
    const to = j * width;
    let i = 0;
    for (; i + 3 < rows; i += 4) {
      const [a0, a1, a2, a3] = [a[i * m + j], a[(i + 1) * m + j], a[(i + 2) * m + j], a[(i + 3) * m + j]];
      const b0 = i * width;
      const b1 = b0 + width;
      const b2 = b1 + width;
      const b3 = b2 + width;
      for (let k = 0; k < width; k += 1)
        out[to + k] += a0 * b[b0 + k] + a1 * b[b1 + k] + a2 * b[b2 + k] + a3 * b[b3 + k];
    }
    for (; i < rows; i += 1) {
      const factor = a[i * m + j];
      for (let k = 0; k < width; k += 1) out[to + k] += factor * b[i * width + k];
    }
  }
}
