// One vector of two texts that were encoded each alone (Conneau et al. 2017, arXiv:1705.02364): how they differ and what they share. Pure.
import { row, type Matrix } from './matrix.ts';

/** Numbers of a pair, of vectors that have `width`. */
export function pairWidth(width: number): number {
  return 2 * width + 1;
}

/**
 * Of each pair the absolute differences |u - v|, the products u * v, and the cosine of the two; not u and v themselves, from which a few examples learn
 * topics and not relations (bench/pairs/README.md). Which text is the first makes no difference.
 */
export function pairFeatures(first: Matrix, second: Matrix): Matrix {
  const { rows, columns: width } = first;
  const columns = pairWidth(width);
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    const [u, v] = [row(first, i), row(second, i)];
    const start = i * columns;
    let [dot, own, other] = [0, 0, 0];
    for (let k = 0; k < width; k += 1) {
      const [a, b] = [u[k] ?? 0, v[k] ?? 0];
      data[start + k] = Math.abs(a - b);
      data[start + width + k] = a * b;
      dot += a * b;
      own += a * a;
      other += b * b;
    }
    data[start + 2 * width] = own * other > 0 ? dot / Math.sqrt(own * other) : 0;
  }
  return { rows, columns, data };
}
