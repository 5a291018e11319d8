// The values that a metric can have: an interval of its mean says nothing beyond them.
import type { AbstentionName, AnyMetricName, OutOfScopeName } from './metric-words.ts';

interface Range {
  readonly low: number;
  readonly high: number;
}

const share: Range = { low: 0, high: 1 };
const correlation: Range = { low: -1, high: 1 };

const ranges: Readonly<Record<string, Range>> = {
  accuracy: share,
  macro_f1: share,
  weighted_f1: share,
  balanced_accuracy: share,
  mcc: correlation,
  cohen_kappa: correlation,
  auroc: share,
  ece: share,
  brier: { low: 0, high: 2 },
  nll: { low: 0, high: Infinity },
  micro_f1: share,
  samples_f1: share,
  average_precision: share,
  hamming_loss: share,
  false_alarms: share,
  missed: share,
  oos_auroc: share,
  oos_recall: share,
  oos_precision: share,
  open_accuracy: share,
  coverage: share,
  selective_accuracy: share,
} satisfies Readonly<Record<AnyMetricName | AbstentionName | OutOfScopeName, Range>>;

const unbounded: Range = { low: -Infinity, high: Infinity };

export function metricRange(metric: string): Range {
  return ranges[metric] ?? unbounded;
}

/** Of the difference of two values of the metric. */
export function differenceRange(metric: string): Range {
  const { low, high } = metricRange(metric);
  return { low: low - high, high: high - low };
}

export function clip<T extends { readonly low: number | null; readonly high: number | null }>(
  interval: T,
  { low, high }: Range,
): T {
  if (interval.low === null || interval.high === null) return interval;
  return { ...interval, low: Math.max(low, interval.low), high: Math.min(high, interval.high) };
}
