// Linear support vector machines, one label against the rest, with the squared hinge loss: the same coefficients as scikit-learn's
// `LinearSVC` (Fan et al. 2008, "LIBLINEAR"), which keeps the intercept small too. Fitted by L-BFGS in double precision.
import { innerProducts, mixRows } from '../dense.ts';
import { minimise } from '../lbfgs.ts';
import type { Matrix } from '../matrix.ts';
import { rowSpace } from '../row-space.ts';
import { checkedTargets, labelWeights, type Targets } from '../targets.ts';
import type { Head } from './head.ts';

export interface SvmOptions {
  /** Inverse strength of the penalty, relative to the summed loss: 1 in scikit-learn. Above zero. */
  readonly c: number;
  /** Largest component of the gradient at which the fit is done. */
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly classWeights?: 'balanced' | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Tensors `weight` [labels, columns] and `bias` [labels]; settings `c` and `converged` (0 or 1). A row that belongs to two labels
 * in shares counts by its share for and against each. Its probabilities are the softmax of the distances to the planes: they rank
 * labels but are not calibrated.
 * @throws RangeError where a label has no row, targets do not fit the rows, or `c` is not positive; `signal.reason` when stopped
 */
export async function fitSvm(
  x: Matrix,
  targets: Targets,
  labels: number,
  options: SvmOptions,
): Promise<Head> {
  if (!(options.c > 0)) throw new RangeError(`c is above zero, not ${options.c}`);
  const soft = checkedTargets(x.rows, targets, labels);
  const weights = labelWeights(soft, labels, options.classWeights);
  const space = rowSpace(Float64Array.from(x.data), x.rows, x.columns);
  const weight = new Float32Array(labels * x.columns);
  const bias = new Float32Array(labels);
  let converged = true;
  for (let label = 0; label < labels; label += 1) {
    options.signal?.throwIfAborted();
    if (labels === 2 && label === 1) {
      // The other side of the same plane.
      weight.set(
        weight.subarray(0, x.columns).map((value) => -value),
        x.columns,
      );
      bias[1] = -bias[0];
      break;
    }
    const plane: Plane = {
      rows: x.rows,
      rank: space.rank,
      coordinates: space.coordinates,
      shares: Float64Array.from({ length: x.rows }, (_, i) => soft[i * labels + label]),
      cost: options.c * weights[label],
      // As LIBLINEAR has it: with more than two labels the rest counts the same, whatever labels it has.
      costOfRest: options.c * (labels === 2 ? weights[1 - label] : 1),
    };
    const minimum = await minimise(
      (point, gradient) => squaredHinge(plane, point, gradient),
      new Float64Array(space.rank + 1),
      { tolerance: options.tolerance, maxIterations: options.maxIterations },
    );
    weight.set(space.carryBack(minimum.point.slice(0, space.rank)), label * x.columns);
    bias[label] = minimum.point[space.rank];
    converged &&= minimum.converged;
  }
  return {
    kind: 'svm',
    labels,
    settings: { c: options.c, converged: converged ? 1 : 0 },
    tensors: { weight: { shape: [labels, x.columns], data: weight }, bias: { shape: [labels], data: bias } },
  };
}

/** One label against the rest. */
interface Plane {
  readonly rows: number;
  readonly rank: number;
  /** [rows, rank] */
  readonly coordinates: Float64Array;
  /** How much of each row belongs to the label. [rows] */
  readonly shares: Float64Array;
  /** What the loss of a row of the label counts, and of one of the others. */
  readonly cost: number;
  readonly costOfRest: number;
}

/** |w|^2 / 2 + b^2 / 2 + the sum of cost * max(0, 1 - margin)^2; `point` and `gradient` are [rank + 1], the intercept last. */
function squaredHinge(plane: Plane, point: Float64Array, gradient: Float64Array): number {
  const { rows, rank, coordinates, shares, cost, costOfRest } = plane;
  const scores = innerProducts(coordinates, point.subarray(0, rank), rank); // [rows]
  const slopes = new Float64Array(rows);
  let loss = 0;
  let slope = 0;
  for (let i = 0; i < rows; i += 1) {
    const score = scores[i] + point[rank];
    const [inside, outside] = [Math.max(0, 1 - score), Math.max(0, 1 + score)];
    const [own, other] = [cost * shares[i], costOfRest * (1 - shares[i])];
    loss += own * inside * inside + other * outside * outside;
    slopes[i] = 2 * (other * outside - own * inside);
    slope += slopes[i];
  }
  mixRows(slopes, coordinates, rows, rank, gradient.subarray(0, rank));
  gradient[rank] = slope;
  for (let at = 0; at <= rank; at += 1) {
    loss += (point[at] * point[at]) / 2;
    gradient[at] += point[at];
  }
  return loss;
}
