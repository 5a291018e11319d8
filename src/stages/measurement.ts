// True and predicted labels of some rows, and the metrics of them. Knows no files and no models.
import type { MetricName, Predictions } from '../learning/metrics/metrics.ts';

export interface Measurement {
  readonly labels: readonly string[];
  /** Label numbers. */
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  /** [rows, labels] */
  readonly probabilities: Float64Array;
}

export type Values = Readonly<Record<string, number>>;

/** Takes the most probable label of each row as predicted. */
export async function measured(
  labels: readonly string[],
  truth: Int32Array,
  probabilities: Float64Array,
): Promise<Measurement> {
  const { mostProbable } = await import('../learning/heads/probabilities.ts');
  return { labels, truth, predicted: mostProbable(probabilities, labels.length), probabilities };
}

/** A metric that the rows do not define (`auroc` of a single label) is left out. */
export async function metricValues(measurement: Measurement, names: readonly MetricName[]): Promise<Values> {
  const { metrics } = await import('../learning/metrics/metrics.ts');
  const predictions = predictionsOf(measurement);
  const values = names.map((name) => [name, metrics[name].compute(predictions)] as const);
  return Object.fromEntries(values.filter(([, value]) => Number.isFinite(value)));
}

/**
 * The best constant guess: the label that most of the measured rows have, for all of them. Only metrics of labels: a
 * constant guess has no probabilities worth measuring.
 */
export async function majorityValues(
  { labels, truth }: Measurement,
  names: readonly MetricName[],
): Promise<Values> {
  const { metrics } = await import('../learning/metrics/metrics.ts');
  const counts = new Array<number>(labels.length).fill(0);
  for (const label of truth) counts[label] = (counts[label] ?? 0) + 1;
  const yPred = new Int32Array(truth.length).fill(counts.indexOf(Math.max(...counts)));
  const ofLabels = names.filter((name) => !metrics[name].needsProbabilities);
  return Object.fromEntries(
    ofLabels.map((name) => [name, metrics[name].compute({ yTrue: truth, yPred, labels: labels.length })]),
  );
}

export function takeMeasured(measurement: Measurement, indices: readonly number[]): Measurement {
  const { labels, truth, predicted, probabilities } = measurement;
  const width = labels.length;
  const part = new Float64Array(indices.length * width);
  indices.forEach((index, i) =>
    part.set(probabilities.subarray(index * width, (index + 1) * width), i * width),
  );
  return {
    labels,
    truth: Int32Array.from(indices, (i) => truth[i] ?? 0),
    predicted: Int32Array.from(indices, (i) => predicted[i] ?? 0),
    probabilities: part,
  };
}

export function predictionsOf({ labels, truth, predicted, probabilities }: Measurement): Predictions {
  return { yTrue: truth, yPred: predicted, labels: labels.length, probabilities };
}
