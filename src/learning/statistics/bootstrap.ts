// Intervals of metrics by resampling the measured rows, or groups of them (Efron 1979, percentiles): the error of a limited test set, not
// that of other training samples.
import { metrics, type MetricName, type Predictions } from '../metrics/metrics.ts';
import type { Weighted } from '../metrics/probability-scores.ts';
import type { Random } from '../random.ts';
import { quantile, type Interval } from './summary.ts';

export interface BootstrapOptions {
  readonly draws: number;
  /** 0.95 unless given. */
  readonly confidence?: number;
  readonly random: Random;
  /** A number from 0 for each row; rows of one number are drawn together. Without it each row is drawn alone. */
  readonly clusters?: Int32Array;
}

/**
 * The interval of each metric, all from the same resamples. Resamples without a value (`auroc` of a single label) are
 * left out; both ends are NaN where none has one.
 */
export function bootstrap<N extends MetricName>(
  predictions: Predictions,
  names: readonly N[],
  options: BootstrapOptions,
): Readonly<Record<N, Interval>> {
  const scores = names.map((name) => [name, metrics[name].prepare(predictions)] as const);
  return resampled(scores, predictions.yTrue.length, options);
}

/** The same of scores that are prepared already. */
export function resampled<N extends string>(
  scores: readonly (readonly [name: N, score: Weighted])[],
  rows: number,
  { draws, confidence = 0.95, random, clusters }: BootstrapOptions,
): Readonly<Record<N, Interval>> {
  const measured = scores.map(([name, score]) => ({ name, score, values: new Float64Array(draws) }));
  const units = clusters === undefined ? rows : 1 + clusters.reduce((most, one) => Math.max(most, one), -1);
  const drawn = new Float64Array(units);
  const weights = clusters === undefined ? drawn : new Float64Array(rows);
  for (let draw = 0; draw < draws; draw += 1) {
    drawn.fill(0);
    for (let i = 0; i < units; i += 1) drawn[random.below(units)] += 1;
    clusters?.forEach((cluster, row) => (weights[row] = drawn[cluster]));
    for (const { score, values } of measured) values[draw] = score(weights);
  }
  const intervals = measured.map(({ name, values }) => {
    const sorted = values.filter((value) => !Number.isNaN(value)).sort();
    const tail = (1 - confidence) / 2;
    const ends = { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
    return [name, sorted.length > 0 ? ends : { low: NaN, high: NaN }] as const;
  });
  return Object.fromEntries(intervals) as Record<N, Interval>;
}
