// A linear head fitted to what a teacher says of rows (Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network",
// 2015): cross-entropy with the teacher's probabilities at a temperature, and with labels where rows have them.
import type { Matrix } from '../matrix.ts';
import type { Head } from './head.ts';
import { fitLogistic, type LogisticOptions } from './logistic.ts';

export interface Lesson {
  /** The teacher's probabilities at `temperature`. [rows, labels] */
  readonly taught: Float64Array;
  /** Label numbers of the rows, where they have labels. */
  readonly labels: Int32Array | undefined;
}

export interface DistilOptions extends Pick<LogisticOptions, 'c' | 'tolerance' | 'maxIterations' | 'signal'> {
  /** Scores of the head are divided by it before they are compared with the teacher's. Above zero. */
  readonly temperature: number;
  /** Share of the labels in the loss, in [0, 1]; 0 without labels. */
  readonly alpha: number;
}

/**
 * The sum over rows of (1 - alpha) T^2 CE(taught, softmax(scores / T)) + alpha CE(label, softmax(scores)), plus |w|^2 / (2 c):
 * the factor T^2 keeps both terms of one size whatever the temperature. A `logistic` head.
 * @throws RangeError where a label has no share in any row; `signal.reason` when stopped
 */
export async function fitDistilled(
  x: Matrix,
  { taught, labels: truth }: Lesson,
  labels: number,
  { temperature, alpha, ...options }: DistilOptions,
): Promise<Head> {
  const soft = (1 - alpha) * temperature ** 2;
  const hard = truth === undefined ? 0 : alpha;
  const parts = [
    ...(soft > 0 ? [{ targets: taught, weight: soft, temperature }] : []),
    ...(hard > 0 && truth !== undefined
      ? [{ targets: oneHot(truth, labels), weight: hard, temperature: 1 }]
      : []),
  ];
  const rows = x.rows * parts.length;
  const data = new Float32Array(x.data.length * parts.length);
  const targets = new Float64Array(rows * labels);
  const weights = new Float64Array(rows);
  const temperatures = new Float64Array(rows);
  parts.forEach((part, i) => {
    data.set(x.data, i * x.data.length);
    targets.set(part.targets, i * x.rows * labels);
    weights.fill(part.weight, i * x.rows, (i + 1) * x.rows);
    temperatures.fill(part.temperature, i * x.rows, (i + 1) * x.rows);
  });
  const examples = { weights, temperatures };
  return fitLogistic({ rows, columns: x.columns, data }, targets, labels, { ...options, examples });
}

function oneHot(truth: Int32Array, labels: number): Float64Array {
  const result = new Float64Array(truth.length * labels);
  truth.forEach((label, row) => (result[row * labels + label] = 1));
  return result;
}
