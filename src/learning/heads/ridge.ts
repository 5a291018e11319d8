// Ridge regression on targets of +1 for a row's label and -1 for the others: the same coefficients as scikit-learn's
// `RidgeClassifier`, in closed form.
import { backwardSolve, cholesky, forwardSolve } from '../cholesky.ts';
import { innerProducts, mixRows } from '../dense.ts';
import type { Matrix } from '../matrix.ts';
import { checkedTargets, rowWeights, type Targets } from '../targets.ts';
import type { Head } from './head.ts';

export interface RidgeOptions {
  /** Strength of the penalty on the squared weights: 1 in scikit-learn. Above zero. */
  readonly alpha: number;
  readonly classWeights?: 'balanced' | undefined;
}

/**
 * Tensors `weight` [labels, columns] and `bias` [labels]. Solves in whichever of rows and columns is fewer. Its
 * probabilities are the softmax of the regression's values: they rank labels but are not calibrated.
 * @throws RangeError where a label has no row, targets do not fit the rows, or `alpha` is not positive
 */
export function fitRidge(x: Matrix, targets: Targets, labels: number, options: RidgeOptions): Head {
  if (!(options.alpha > 0)) throw new RangeError(`alpha is above zero, not ${options.alpha}`);
  const { rows, columns } = x;
  const soft = checkedTargets(rows, targets, labels);
  const shares = rowWeights(soft, labels, options.classWeights);
  const values = Float64Array.from(x.data);
  const wanted = soft.map((share) => 2 * share - 1);
  const offsets = centre(values, rows, columns, shares);
  const targetOffsets = centre(wanted, rows, labels, shares);
  const primal = columns <= rows;
  const system = primal ? covariance(values, rows, columns) : innerProducts(values, values, columns);
  const size = primal ? columns : rows;
  for (let i = 0; i < size; i += 1) system[i * size + i] += options.alpha;
  const factor = cholesky(system, size);

  const weight = new Float32Array(labels * columns);
  const bias = new Float32Array(labels);
  for (let label = 0; label < labels; label += 1) {
    const target = Float64Array.from({ length: rows }, (_, i) => wanted[i * labels + label]);
    const right = primal ? combine(values, rows, columns, target) : target;
    forwardSolve(factor, size, right);
    backwardSolve(factor, size, right);
    const fitted = primal ? right : combine(values, rows, columns, right);
    weight.set(fitted, label * columns);
    let intercept = targetOffsets[label];
    fitted.forEach((value, j) => (intercept -= value * offsets[j]));
    bias[label] = intercept;
  }
  return {
    kind: 'ridge',
    labels,
    settings: { alpha: options.alpha },
    tensors: { weight: { shape: [labels, columns], data: weight }, bias: { shape: [labels], data: bias } },
  };
}

/** Takes the weighted mean of each column off in place, scales rows by the root of their weight, and gives the means. */
function centre(data: Float64Array, rows: number, columns: number, weights: Float64Array): Float64Array {
  const means = new Float64Array(columns);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  data.forEach((value, i) => {
    const column = i % columns;
    means[column] += (weights[Math.floor(i / columns)] * value) / total;
  });
  for (let i = 0; i < rows; i += 1) {
    const root = Math.sqrt(weights[i]);
    for (let j = 0; j < columns; j += 1) data[i * columns + j] = root * (data[i * columns + j] - means[j]);
  }
  return means;
}

/** A' A [columns, columns]. */
function covariance(data: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(columns * columns);
  mixRows(data, data, rows, columns, result);
  return result;
}

/** The rows of `data` [rows, columns] added up with the given factors. */
function combine(data: Float64Array, rows: number, columns: number, factors: Float64Array): Float64Array {
  const result = new Float64Array(columns);
  mixRows(factors, data, rows, columns, result);
  return result;
}
