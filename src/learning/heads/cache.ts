// A cache of the training rows beside the prototypes of their labels, in the manner of Tip-Adapter (Zhang et al., "Tip-Adapter: training-free adaption of CLIP for few-shot
// classification", 2022). Nothing is trained. Where the paper has texts of the labels, there are the mean vectors of the labels, into which such texts go.
import { innerProducts } from '../dense.ts';
import { row, type Matrix } from '../matrix.ts';
import { softmaxRows } from '../softmax.ts';
import { checkedTargets, type Targets } from '../targets.ts';
import type { Head } from './head.ts';

export interface CacheOptions {
  /** How much the cache counts beside the prototypes; 0 leaves these alone. */
  readonly alpha: number;
  /** How sharp it is: rows count exp(-beta * (1 - cosine)). */
  readonly beta: number;
  /** The sum of both is divided by it before the softmax. */
  readonly temperature: number;
}

/**
 * Tensors `keys` [rows, columns] and `prototypes` [labels, columns], of unit length, and `values` [rows, labels]: the targets, divided by how many rows a label has on average, so that
 * `alpha` means the same for any number of rows.
 * @throws RangeError where a label has no row, or targets do not fit the rows
 */
export function fitCache(x: Matrix, targets: Targets, labels: number, options: CacheOptions): Head {
  const soft = checkedTargets(x.rows, targets, labels);
  const keys = unitRows(x);
  const { columns } = x;
  const sums = new Float64Array(labels * columns);
  soft.forEach((share, at) => {
    if (share === 0) return;
    const start = Math.floor(at / labels) * columns;
    const label = at % labels;
    for (let k = 0; k < columns; k += 1) sums[label * columns + k] += share * keys.data[start + k];
  });
  const prototypes = unitRows({ rows: labels, columns, data: Float32Array.from(sums) });
  const usual = x.rows / labels;
  return {
    kind: 'cache',
    labels,
    settings: { ...options },
    tensors: {
      keys: { shape: [x.rows, columns], data: keys.data },
      prototypes: { shape: [labels, columns], data: prototypes.data },
      values: { shape: [x.rows, labels], data: Float32Array.from(soft, (share) => share / usual) },
    },
  };
}

/** [rows, labels] */
export function cacheProbabilities(
  {
    keys,
    prototypes,
    values,
  }: { readonly keys: Matrix; readonly prototypes: Matrix; readonly values: Float32Array },
  x: Matrix,
  { alpha, beta, temperature }: CacheOptions,
): Float64Array {
  if (x.columns !== keys.columns)
    throw new RangeError(`vectors of ${x.columns} columns for a cache of ${keys.columns}`);
  const asked = unitRows(x).data;
  const scores = Float64Array.from(innerProducts(asked, prototypes.data, keys.columns));
  const likeness = innerProducts(asked, keys.data, keys.columns);
  const labels = prototypes.rows;
  for (let i = 0; i < x.rows; i += 1)
    for (let j = 0; j < keys.rows; j += 1) {
      const weight = alpha * Math.exp(-beta * (1 - likeness[i * keys.rows + j]));
      for (let label = 0; label < labels; label += 1) {
        const at = i * labels + label;
        scores[at] += weight * values[j * labels + label];
      }
    }
  return softmaxRows(
    scores.map((score) => score / temperature),
    labels,
  );
}

/** Each divided by its length; those of zeros stay. */
export function unitRows(x: Matrix): Matrix {
  const data = x.data.slice();
  for (let i = 0; i < x.rows; i += 1) {
    let square = 0;
    for (const value of row(x, i)) square += value * value;
    const length = Math.sqrt(square);
    if (length > 0) for (let k = i * x.columns; k < (i + 1) * x.columns; k += 1) data[k] /= length;
  }
  return { ...x, data };
}
