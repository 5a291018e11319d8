// One binary head a label, for rows that carry several labels or none: the same coefficients as scikit-learn's
// `OneVsRestClassifier`. Knows nothing of how the binary heads are fitted.
import type { Matrix } from '../matrix.ts';
import { rowSpace } from '../row-space.ts';
import type { Head } from './head.ts';

/** Fits a linear head of two labels: 1 where a row carries the label and 0 elsewhere. */
export type FitBinary = (x: Matrix, targets: Int32Array) => Head | Promise<Head>;

/**
 * Tensors `weight` [labels, columns] and `bias` [labels]; settings `of`, the kind of the binary heads, and `converged` (0 or 1).
 * `carried` is [rows, labels], 1 where a row carries a label. A label that every row carries, or none, has no weights: its bias
 * says how often it was there, with half a row added to either side, so that it is always or never the more probable.
 * @throws RangeError for no rows or another size of `carried`
 */
export async function fitOneVsRest(
  x: Matrix,
  carried: Uint8Array,
  labels: number,
  of: 'logistic' | 'ridge' | 'svm',
  fit: FitBinary,
): Promise<Head> {
  const { rows, columns } = x;
  if (rows === 0 || carried.length !== rows * labels)
    throw new RangeError(`${carried.length} values for ${rows} rows and ${labels} labels`);
  const space = rowSpace(Float64Array.from(x.data), rows, columns); // the same for all labels
  const coordinates = { rows, columns: space.rank, data: Float32Array.from(space.coordinates) };
  const weight = new Float32Array(labels * columns);
  const bias = new Float32Array(labels);
  let converged = true;
  for (let label = 0; label < labels; label += 1) {
    const targets = Int32Array.from({ length: rows }, (_, i) => carried[i * labels + label]);
    const having = targets.reduce((sum, one) => sum + one, 0);
    if (having === 0 || having === rows) {
      bias[label] = Math.log((having + 0.5) / (rows - having + 0.5));
      continue;
    }
    const { tensors, settings } = await fit(coordinates, targets);
    const own = Float64Array.from(tensors['weight'].data.subarray(space.rank));
    weight.set(space.carryBack(own), label * columns);
    bias[label] = tensors['bias'].data[1];
    converged &&= settings['converged'] !== 0;
  }
  return {
    kind: 'one-vs-rest',
    labels,
    settings: { of, converged: converged ? 1 : 0 },
    tensors: { weight: { shape: [labels, columns], data: weight }, bias: { shape: [labels], data: bias } },
  };
}
