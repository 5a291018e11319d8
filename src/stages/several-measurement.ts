// True and predicted labels of rows that carry several or none, and the metrics of them. Knows no files and no models.
import type { MultiLabelMetricName, MultiLabelPredictions } from '../learning/metrics/multi-label-metrics.ts';
import type { Values } from './measurement.ts';
import { carriedAt } from './several-labels-head.ts';

/** Tables are [rows, labels.length]. */
export interface SeveralMeasurement extends Omit<MultiLabelPredictions, 'labels'> {
  readonly labels: readonly string[];
}

export function severalMeasured(
  labels: readonly string[],
  yTrue: Uint8Array,
  probabilities: Float64Array,
  threshold: number,
): SeveralMeasurement {
  return { labels, yTrue, yPred: carriedAt(probabilities, threshold), probabilities };
}

/** A metric that the rows do not define (`average_precision` of rows without labels) is left out. */
export async function severalValues(
  measurement: SeveralMeasurement,
  names: readonly MultiLabelMetricName[],
): Promise<Values> {
  const { multiLabelMetrics } = await import('../learning/metrics/multi-label-metrics.ts');
  const predictions = { ...measurement, labels: measurement.labels.length };
  const values = names.map((name) => [name, multiLabelMetrics[name].prepare(predictions)()] as const);
  return Object.fromEntries(values.filter(([, value]) => Number.isFinite(value)));
}

/** The best constant guess: the labels that more than half of the measured rows carry, for all of them. Only metrics of labels. */
export async function severalMajority(
  { labels, yTrue }: SeveralMeasurement,
  names: readonly MultiLabelMetricName[],
): Promise<Values> {
  const { multiLabelMetrics } = await import('../learning/metrics/multi-label-metrics.ts');
  const rows = yTrue.length / labels.length;
  const counts = countsOf(yTrue, labels.length);
  const yPred = yTrue.map((_, i) => (2 * (counts[i % labels.length] ?? 0) > rows ? 1 : 0));
  const guess = { labels, yTrue, yPred, probabilities: Float64Array.from(yPred) };
  return severalValues(
    guess,
    names.filter((name) => !multiLabelMetrics[name].needsProbabilities),
  );
}

export function takeSeveral(
  { labels, yTrue, yPred, probabilities }: SeveralMeasurement,
  indices: readonly number[],
): SeveralMeasurement {
  const width = labels.length;
  const at = (i: number): number => (indices[Math.floor(i / width)] ?? 0) * width + (i % width);
  const size = { length: indices.length * width };
  return {
    labels,
    yTrue: Uint8Array.from(size, (_, i) => yTrue[at(i)] ?? 0),
    yPred: Uint8Array.from(size, (_, i) => yPred[at(i)] ?? 0),
    probabilities: Float64Array.from(size, (_, i) => probabilities[at(i)] ?? 0),
  };
}

/** The labels of each row that has a one, by number. */
export function setsOf(table: Uint8Array, labels: number): readonly (readonly number[])[] {
  return Array.from({ length: table.length / labels }, (_, row) =>
    Array.from({ length: labels }, (_, label) => label).filter((label) => table[row * labels + label] === 1),
  );
}

/** Rows of each label. */
export function countsOf(table: Uint8Array, labels: number): readonly number[] {
  const counts = new Array<number>(labels).fill(0);
  table.forEach((one, i) => (counts[i % labels] = (counts[i % labels] ?? 0) + one));
  return counts;
}
