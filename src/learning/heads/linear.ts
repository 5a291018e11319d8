// A linear layer with a softmax, trained to the cross-entropy by AdamW on all rows at once, from weights of zero: the numbers of
// PyTorch's `nn.Linear`, `CrossEntropyLoss` and `AdamW`, in double precision. Knows no encoders.
import { innerProducts, mixRows } from '../dense.ts';
import type { Matrix } from '../matrix.ts';
import { scheduleFactor, type Schedule } from '../optimizers/schedule.ts';
import { softmaxRows } from '../softmax.ts';
import { checkedTargets, rowWeights, type Targets } from '../targets.ts';
import { watchLoss, type EarlyStopping } from './early-stopping.ts';
import type { Head } from './head.ts';

export interface LinearTraining {
  readonly schedule: Schedule;
  /** The greatest learning rate. */
  readonly rate: number;
  /** Of the weights; biases do not shrink. */
  readonly weightDecay: number;
  /** The share of each target that is spread over all labels. */
  readonly smoothing: number;
}

export interface LinearOptions extends LinearTraining {
  readonly classWeights?: 'balanced' | undefined;
  readonly stopping?: EarlyStopping | undefined;
  readonly signal?: AbortSignal;
}

/** Multiplications after which other work gets a turn, so that `signal` can be raised. */
const turn = 1e8;
const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/**
 * Tensors `weight` [labels, columns] and `bias` [labels]; setting `iterations`, how many steps there were. With `stopping` it is the
 * head of the step after which the other loss was lowest (of equal ones the first), and `tried` is how many there were.
 * @throws RangeError where a label has no row or targets do not fit the rows; `signal.reason` when stopped
 */
export async function fitLinear(
  x: Matrix,
  targets: Targets,
  labels: number,
  options: LinearOptions,
): Promise<Head> {
  const { schedule, rate, weightDecay, signal } = options;
  const layer = layerOver(x, targets, labels, options);
  const point = new Float64Array(labels * layer.stride);
  const [mean, square] = [new Float64Array(point.length), new Float64Array(point.length)];
  const headAt = (step: number): Head => headOf(point, layer, step);
  const stopping = options.stopping && watchLoss(options.stopping, ({ iteration }) => headAt(iteration));
  let since = 0;
  for (let step = 1; step <= schedule.steps; step += 1) {
    const gradient = gradientAt(layer, point);
    const now = rate * scheduleFactor(schedule, step);
    const [scale, rootScale] = [now / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step)];
    for (let at = 0; at < point.length; at += 1) {
      const slope = gradient[at];
      mean[at] += (1 - beta1) * (slope - mean[at]);
      square[at] += (1 - beta2) * (slope * slope - square[at]);
      const isBias = at % layer.stride === layer.stride - 1;
      const kept = isBias ? 1 : 1 - now * weightDecay;
      point[at] = kept * point[at] - (scale * mean[at]) / (Math.sqrt(square[at]) * rootScale + epsilon);
    }
    since += 2 * layer.rows * point.length;
    if (since > turn) {
      since = 0;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    signal?.throwIfAborted();
    if (stopping?.after({ iteration: step, value: NaN, point }) === 'stop') break;
  }
  return stopping?.best(true) ?? headAt(schedule.steps);
}

interface Layer {
  readonly rows: number;
  readonly labels: number;
  /** The columns, and one that is 1. */
  readonly stride: number;
  /** [rows, stride] */
  readonly data: Float64Array;
  /** What each row is taught, smoothed. [rows, labels] */
  readonly wanted: Float64Array;
  /** How much each row counts; they sum to 1. [rows] */
  readonly shares: Float64Array;
}

function layerOver(
  { rows, columns, data: values }: Matrix,
  targets: Targets,
  labels: number,
  { smoothing, classWeights }: LinearOptions,
): Layer {
  const soft = checkedTargets(rows, targets, labels);
  const weights = rowWeights(soft, labels, classWeights);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const stride = columns + 1;
  const data = new Float64Array(rows * stride).fill(1);
  for (let i = 0; i < rows; i += 1) data.set(values.subarray(i * columns, (i + 1) * columns), i * stride);
  return {
    rows,
    labels,
    stride,
    data,
    wanted: soft.map((share) => (1 - smoothing) * share + smoothing / labels),
    shares: weights.map((weight) => weight / total),
  };
}

/** Of the weighted mean of the cross-entropy; `point` is [labels, stride], the biases last. */
function gradientAt(
  { rows, labels, stride, data, wanted, shares }: Layer,
  point: Float64Array,
): Float64Array {
  const said = softmaxRows(innerProducts(data, point, stride), labels); // [rows, labels]
  const slopes = said.map((share, i) => shares[Math.floor(i / labels)] * (share - wanted[i]));
  const gradient = new Float64Array(point.length);
  mixRows(slopes, data, rows, stride, gradient);
  return gradient;
}

function headOf(point: Float64Array, { labels, stride }: Layer, step: number): Head {
  const columns = stride - 1;
  const weight = new Float32Array(labels * columns);
  const bias = new Float32Array(labels);
  for (let label = 0; label < labels; label += 1) {
    weight.set(point.subarray(label * stride, label * stride + columns), label * columns);
    bias[label] = point[label * stride + columns];
  }
  return {
    kind: 'linear',
    labels,
    settings: { iterations: step },
    tensors: { weight: { shape: [labels, columns], data: weight }, bias: { shape: [labels], data: bias } },
  };
}
