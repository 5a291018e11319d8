// The metrics of a measurement with their 95 % intervals, and how those were made. Knows no files and no models.
import type { MetricName } from '../learning/metrics/metrics.ts';
import type { Weighted } from '../learning/metrics/probability-scores.ts';
import type { Random } from '../learning/random.ts';
import { texts, type Dataset } from './dataset.ts';
import { metricValues, predictionsOf, type Measurement, type Values } from './measurement.ts';
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
 * The interval of accuracy is Wilson's, those of the other metrics are percentiles of resamples. Rows that belong together
 * (equal `group`, else equal texts) are resampled together, and then accuracy is too: Wilson takes rows for independent.
 * Where every resample gives the same figure its spread is unknown, and the figure has no interval.
 */
export async function figuresOf(given: Resampled): Promise<Figures> {
  const { measurement, metrics } = given;
  const { metrics: known } = await import('../learning/metrics/metrics.ts');
  const predictions = predictionsOf(measurement);
  return figuresOfScores({
    ...given,
    values: await metricValues(measurement, metrics),
    prepare: (name) => known[name].prepare(predictions),
    hits: hits(measurement),
  });
}

export interface Figures {
  readonly figures: EvaluationReport['metrics'];
  readonly interval: string;
}

/** Metrics of some rows, however many labels these have. */
export interface Scores<N extends string> {
  readonly rows: Dataset;
  readonly metrics: readonly N[];
  /** On the rows as they are; absent where the rows do not define the metric. */
  readonly values: Values;
  /** For resamples of the rows. */
  readonly prepare: (name: N) => Weighted;
  /** Rows that `accuracy` counts. */
  readonly hits: number;
  /** Resamples; 0 for no intervals. */
  readonly draws: number;
  readonly random: Random;
}

export async function figuresOfScores<N extends string>(given: Scores<N>): Promise<Figures> {
  const { values, metrics, draws, random, rows } = given;
  if (draws === 0)
    return {
      figures: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
      interval: 'no interval was asked for',
    };
  const [{ resampled: resample }, { wilsonInterval }] = await Promise.all([
    import('../learning/statistics/bootstrap.ts'),
    import('../learning/statistics/summary.ts'),
  ]);
  const clusters = await clustersOf(given.rows);
  const resampled = clusters === undefined ? metrics.filter((name) => name !== 'accuracy') : metrics;
  const intervals: Readonly<Partial<Record<string, { readonly low: number; readonly high: number }>>> = {
    ...resample(
      resampled.map((name) => [name, given.prepare(name)] as const),
      rows.rows,
      { draws, random, ...(clusters !== undefined && { clusters: clusters.ofRow }) },
    ),
    ...(metrics.length > resampled.length && { accuracy: wilsonInterval(given.hits, rows.rows) }),
  };
  const figures = metrics.flatMap((name): [string, Figure][] => {
    const value = values[name];
    if (value === undefined) return [];
    const { low, high } = intervals[name] ?? { low: NaN, high: NaN };
    return [[name, high - low > rounding ? { value, low, high } : { value }]];
  });
  return { figures: Object.fromEntries(figures), interval: intervalText(given, resampled.length, clusters) };
}

/** Resamples whose figures differ by less are the same: sums of floats in another order. */
const rounding = 1e-12;

function hits({ truth, predicted }: Measurement): number {
  return truth.reduce((sum, label, i) => sum + (label === predicted[i] ? 1 : 0), 0);
}

function intervalText(
  { rows, metrics, draws }: Pick<Scores<string>, 'rows' | 'metrics' | 'draws'>,
  resampled: number,
  clusters: Clusters | undefined,
): string {
  const units = clusters === undefined ? `${rows.rows} rows` : `${clusters.count} ${clusters.what}`;
  const percentiles = `95 % percentile interval over ${draws} resamples of the ${units}`;
  const wilson = `Wilson's 95 % interval of the ${units}`;
  if (resampled === 0) return wilson;
  return resampled === metrics.length ? percentiles : `${percentiles}; of accuracy ${wilson}`;
}

interface Clusters {
  readonly count: number;
  readonly ofRow: Int32Array;
  readonly what: string;
}

/** Rows of equal group, else of equal text; `undefined` where every row stands alone. A row without a group does. */
export async function clustersOf(rows: Dataset): Promise<Clusters | undefined> {
  const { normaliseText } = await import('../learning/identity.ts');
  const { group } = rows.roles;
  const column = group === undefined ? undefined : rows.columns.get(group);
  const words = texts(rows);
  const keys = words.map((text, i): string =>
    column === undefined
      ? normaliseText(text)
      : JSON.stringify((column[i] ?? null) === null ? { alone: i } : column[i]),
  );
  const numbers = new Map<string, number>();
  const ofRow = Int32Array.from(keys, (key) => {
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  if (numbers.size === rows.rows) return undefined;
  return {
    count: numbers.size,
    ofRow,
    what: column === undefined ? 'different texts' : `groups of rows (\`${group}\`)`,
  };
}
