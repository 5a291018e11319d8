// Intervals of metrics by resampling the measured rows (Efron 1979, percentiles): the error of a limited test set, not
// that of other training samples.
import { metrics, type MetricName, type Predictions } from '../metrics/metrics.ts';
import type { Random } from '../random.ts';
import { quantile, type Interval } from './summary.ts';

export interface BootstrapOptions {
  readonly draws: number;
  /** 0.95 unless given. */
  readonly confidence?: number;
  readonly random: Random;
}

/**
 * The interval of each metric, all from the same resamples. Resamples without a value (`auroc` of a single label) are
 * left out; both ends are NaN where none has one.
 */
export function bootstrap<N extends MetricName>(
  predictions: Predictions,
  names: readonly N[],
  { draws, confidence = 0.95, random }: BootstrapOptions,
): Readonly<Record<N, Interval>> {
  const rows = predictions.yTrue.length;
  const measured = names.map((name) => ({
    name,
    score: metrics[name].prepare(predictions),
    values: new Float64Array(draws),
  }));
  const weights = new Float64Array(rows);
  for (let draw = 0; draw < draws; draw += 1) {
    weights.fill(0);
    for (let i = 0; i < rows; i += 1) weights[random.below(rows)] += 1;
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
