// How much of a baseline's figure another keeps, draw by draw: what is asked of a student, whose teacher is the baseline. Knows no files.
import { averageDraws, type Unit } from './comparison-draws.ts';

export interface Kept {
  /** Mean share over the draws: 0.97 is 97 % of the figure of the baseline. */
  readonly mean: number;
  /** 95 % t-interval of it; null for one draw, and where all are equal. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Metrics of which more is better and 0 is nothing, so that a share of them means something. */
const whole: readonly string[] = [
  'accuracy',
  'macro_f1',
  'micro_f1',
  'weighted_f1',
  'samples_f1',
  'balanced_accuracy',
  'average_precision',
];

/** `values` and `base` are by the keys of the instances. Nothing where the metric has no such share, or the baseline has a figure of 0. */
export async function keptOf(
  metric: string,
  values: ReadonlyMap<string, Unit>,
  base: ReadonlyMap<string, Unit>,
): Promise<Kept | undefined> {
  if (!whole.includes(metric)) return undefined;
  const shares = [...values].flatMap(([key, { reports, value }]): Unit[] => {
    const other = base.get(key);
    return other === undefined
      ? []
      : [{ reports: [...reports, ...other.reports], value: value / other.value }];
  });
  if (shares.length === 0 || shares.some(({ value }) => !Number.isFinite(value))) return undefined;
  const { summarise } = await import('../learning/statistics/summary.ts');
  const { mean, low, high } = summarise(averageDraws(shares));
  return { mean, low: low === null ? null : Math.max(0, low), high };
}
