// A linear classifier that starts as the means of labels and gets new labels in the same way: the score of a label is the squared distance of a vector from
// the mean, which is linear in the vector but for what all labels share. Pure.
import type { Head } from '../heads/head.ts';
import { row } from '../matrix.ts';
import { softmaxRows } from '../softmax.ts';
import type { LabelledRows } from './learner.ts';

/** Each label has a row. */
export function headOfMeans(rows: LabelledRows, labels: number, temperature: number): Head {
  const none = headOf(new Float32Array(), new Float32Array(), 0);
  return headWith(none, labels, { ...rows, temperature });
}

/** Of the means of these rows: the temperature by which each row, left out of its own mean, is most probable. 1 where no label has two rows. */
export function temperatureOf({ vectors, targets }: LabelledRows, labels: number): number {
  const [sums, counts] = sumsOf({ vectors, targets }, labels);
  const { columns } = vectors;
  const away: number[] = [];
  const own: number[] = [];
  const every = Math.ceil(targets.length / most);
  targets.forEach((target, i) => {
    if (counts[target] < 2 || i % every > 0) return;
    const x = row(vectors, i);
    own.push(target);
    for (let label = 0; label < labels; label += 1) {
      const left = label === target ? 1 : 0;
      let sum = 0;
      for (let k = 0; k < columns; k += 1)
        sum += (x[k] - (sums[label * columns + k] - left * x[k]) / (counts[label] - left)) ** 2;
      away.push(sum / 2);
    }
  });
  const scale = away.reduce((sum, one) => sum + one, 0) / away.length;
  if (!(scale > 0)) return 1;
  const improbable = (temperature: number): number => {
    const shares = softmaxRows(
      Float64Array.from(away, (one) => -one / temperature),
      labels,
    );
    return own.reduce((sum, label, i) => sum - Math.log(Math.max(shares[i * labels + label], 1e-20)), 0);
  };
  const tried = Array.from({ length: steps }, (_, i) => scale * 2 ** (1 - i / 2));
  return tried.reduce((best, one) => (improbable(one) < improbable(best) ? one : best));
}

/** Rows that are left out, each in its turn. */
const most = 2000;
/** From twice the mean distance down to a thousandth of it. */
const steps = 23;

export interface NewRows extends LabelledRows {
  readonly temperature: number;
}

/** Over so many labels: the first of its own, or those with new ones behind them, of which `rows` has rows. */
export function headWith(head: Head, labels: number, rows?: NewRows): Head {
  const { weight, bias } = numbersOf(head);
  const width = head.labels > 0 ? weight.length / head.labels : (rows?.vectors.columns ?? 0);
  const [all, biases] = [new Float32Array(labels * width), new Float32Array(labels)];
  all.set(weight.subarray(0, all.length));
  biases.set(bias.subarray(0, labels));
  if (labels <= head.labels) return headOf(all, biases, labels);
  if (rows === undefined) throw new RangeError('new labels without rows');
  const [sums, counts] = sumsOf(rows, labels);
  for (let label = head.labels; label < labels; label += 1) {
    let square = 0;
    for (let k = 0; k < width; k += 1) {
      const mean = sums[label * width + k] / counts[label];
      all[label * width + k] = mean / rows.temperature;
      square += mean ** 2;
    }
    biases[label] = -square / 2 / rows.temperature;
  }
  return headOf(all, biases, labels);
}

/** With labels behind its own that no row has: they stay at a probability of 0 while the others are trained. */
export function padded(head: Head, labels: number): Head {
  const { weight, bias } = numbersOf(head);
  const width = weight.length / head.labels;
  const [all, biases] = [new Float32Array(labels * width), new Float32Array(labels).fill(never)];
  all.set(weight);
  biases.set(bias);
  return headOf(all, biases, labels);
}

/** A score whose exponential is exactly 0 beside any other. */
const never = -1e9;

function sumsOf({ vectors, targets }: LabelledRows, labels: number): readonly [Float64Array, Float64Array] {
  const { columns } = vectors;
  const [sums, counts] = [new Float64Array(labels * columns), new Float64Array(labels)];
  targets.forEach((label, i) => {
    counts[label] += 1;
    row(vectors, i).forEach((value, k) => (sums[label * columns + k] += value));
  });
  return [sums, counts];
}

function numbersOf({ kind, tensors: { weight, bias } }: Head) {
  if (kind !== 'logistic' || weight === undefined || bias === undefined)
    throw new Error('not the head of a logistic regression');
  return { weight: weight.data, bias: bias.data };
}

function headOf(weight: Float32Array, bias: Float32Array, labels: number): Head {
  return {
    kind: 'logistic',
    labels,
    settings: {},
    tensors: {
      weight: { shape: [labels, weight.length / Math.max(1, labels)], data: weight },
      bias: { shape: [labels], data: bias },
    },
  };
}
