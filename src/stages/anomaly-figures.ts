// What the distances and verdicts of a model of normal rows are worth on rows whose kind is known, with 95 % intervals. Knows no files and no models.
import type { Random } from '../learning/random.ts';
import type { Dataset } from './dataset.ts';
import { clustersOf } from './evaluate-intervals.ts';
import type { Values } from './measurement.ts';
import type { AnomalyName } from './metric-words.ts';
import type { Figure } from './report.ts';

export interface Judged {
  /** 1 for anomalous rows. [rows] */
  readonly anomalous: Uint8Array;
  /** [rows] */
  readonly distances: Float64Array;
  /** Rows beyond it are taken for anomalous. */
  readonly threshold: number;
}

type Weighted = (weights?: Float64Array) => number;

/** Each NaN where the rows do not define it. */
async function scoresOf({
  anomalous,
  distances,
  threshold,
}: Judged): Promise<Readonly<Record<AnomalyName, Weighted>>> {
  const { rankFigures } = await import('../learning/metrics/rank-scores.ts');
  const wrong = (kind: 0 | 1): Weighted => {
    const rows = [...anomalous.keys()].filter((i) => anomalous[i] === kind);
    return (weights) => {
      let [all, missed] = [0, 0];
      for (const i of rows) {
        const weight = weights?.[i] ?? 1;
        all += weight;
        if ((distances[i] ?? 0) > threshold !== (kind === 1)) missed += weight;
      }
      return missed / all; // NaN of no rows
    };
  };
  return { ...rankFigures(anomalous, distances), false_alarms: wrong(0), missed: wrong(1) };
}

export async function anomalyValues(judged: Judged, metrics: readonly AnomalyName[]): Promise<Values> {
  const scores = await scoresOf(judged);
  return Object.fromEntries(
    metrics.map((name) => [name, scores[name]()] as const).filter(([, value]) => Number.isFinite(value)),
  );
}

export interface AnomalyFigures {
  readonly figures: Readonly<Record<string, Figure>>;
  /** How the intervals were made. */
  readonly interval: string;
}

/**
 * The intervals of `false_alarms` and `missed` are Wilson's, those of the others percentiles of resamples. Rows that belong together are resampled together, and
 * then all intervals are percentiles. A figure that is the same in every resample has none.
 */
export async function anomalyFigures(
  rows: Dataset,
  judged: Judged,
  metrics: readonly AnomalyName[],
  { draws, random }: { readonly draws: number; readonly random: Random },
): Promise<AnomalyFigures> {
  const values = await anomalyValues(judged, metrics);
  const known = metrics.filter((name) => values[name] !== undefined);
  const figuresOf = (ends: (name: AnomalyName) => Ends | undefined): AnomalyFigures['figures'] =>
    Object.fromEntries(
      known.map((name) => {
        const value = values[name] ?? NaN;
        const { low, high } = ends(name) ?? { low: NaN, high: NaN };
        return [name, high - low > rounding ? { value, low, high } : { value }];
      }),
    );
  if (draws === 0) return { figures: figuresOf(() => undefined), interval: 'no interval was asked for' };
  const [{ resampled }, { wilsonInterval }, scores, clusters] = await Promise.all([
    import('../learning/statistics/bootstrap.ts'),
    import('../learning/statistics/summary.ts'),
    scoresOf(judged),
    clustersOf(rows),
  ]);
  const wilson = (kind: 0 | 1, share: number): Ends => {
    const count = judged.anomalous.reduce((sum, one) => sum + (one === kind ? 1 : 0), 0);
    return wilsonInterval(Math.round(share * count), count);
  };
  const drawn = known.filter((name) => clusters !== undefined || !isRate(name));
  const intervals: Readonly<Partial<Record<AnomalyName, Ends>>> = resampled(
    drawn.map((name) => [name, scores[name]] as const),
    rows.rows,
    { draws, random, ...(clusters !== undefined && { clusters: clusters.ofRow }) },
  );
  const units = clusters === undefined ? `${rows.rows} rows` : `${clusters.count} ${clusters.what}`;
  const resamples = `95 % percentile interval over ${draws} resamples of the ${units}`;
  return {
    figures: figuresOf((name) =>
      drawn.includes(name) ? intervals[name] : wilson(name === 'missed' ? 1 : 0, values[name] ?? NaN),
    ),
    interval:
      clusters === undefined
        ? `${resamples}; of false_alarms and missed Wilson's 95 % interval of the rows of their kind`
        : resamples,
  };
}

interface Ends {
  readonly low: number;
  readonly high: number;
}

/** Resamples whose figures differ by less are the same: sums of floats in another order. */
const rounding = 1e-12;

function isRate(name: AnomalyName): boolean {
  return name === 'false_alarms' || name === 'missed';
}
