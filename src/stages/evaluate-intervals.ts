// The metrics of a measurement with their 95 % intervals, and how those were made. Knows no files and no models.
import type { MetricName } from '../learning/metrics/metrics.ts';
import type { Random } from '../learning/random.ts';
import type { Dataset } from './dataset.ts';
import { metricValues, predictionsOf, type Measurement } from './measurement.ts';
import type { EvaluationReport, Figure } from './report.ts';

export interface Resampled {
  readonly rows: Dataset;
  readonly measurement: Measurement;
  readonly metrics: readonly MetricName[];
  /** Resamples; 0 for no intervals. */
  readonly draws: number;
  readonly random: Random;
}

/**
 * The interval of accuracy is Wilson's, those of the other metrics are percentiles of resamples. Where every resample
 * gives the same figure its spread is unknown, and the figure has no interval.
 */
export async function figuresOf(
  given: Resampled,
): Promise<{ readonly figures: EvaluationReport['metrics']; readonly interval: string }> {
  const { measurement, metrics, draws, random } = given;
  const values = await metricValues(measurement, metrics);
  if (draws === 0)
    return {
      figures: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
      interval: 'no interval was asked for',
    };
  const [{ bootstrap }, { wilsonInterval }] = await Promise.all([
    import('../learning/statistics/bootstrap.ts'),
    import('../learning/statistics/summary.ts'),
  ]);
  const resampled = metrics.filter((name) => name !== 'accuracy');
  const intervals: Partial<Record<MetricName, { readonly low: number; readonly high: number }>> = {
    ...bootstrap(predictionsOf(measurement), resampled, { draws, random }),
    ...(metrics.includes('accuracy') && {
      accuracy: wilsonInterval(hits(measurement), measurement.truth.length),
    }),
  };
  const figures = metrics.flatMap((name): [string, Figure][] => {
    const value = values[name];
    if (value === undefined) return [];
    const { low, high } = intervals[name] ?? { low: NaN, high: NaN };
    return [[name, high > low ? { value, low, high } : { value }]];
  });
  return { figures: Object.fromEntries(figures), interval: intervalText(given, resampled.length) };
}

function hits({ truth, predicted }: Measurement): number {
  return truth.reduce((sum, label, i) => sum + (label === predicted[i] ? 1 : 0), 0);
}

function intervalText({ rows, metrics, draws }: Resampled, resampled: number): string {
  const percentiles = `95 % percentile interval over ${draws} resamples of the ${rows.rows} rows`;
  const wilson = `Wilson's 95 % interval of the ${rows.rows} rows`;
  if (resampled === 0) return wilson;
  return resampled === metrics.length ? percentiles : `${percentiles}; of accuracy ${wilson}`;
}
