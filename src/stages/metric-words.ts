// The metrics as words of an option. `satisfies` keeps the list equal to what `learning` computes, without loading it.
import type { MetricName } from '../learning/metrics/metrics.ts';

export const metricWords = {
  accuracy: 'share of rows whose label is right',
  macro_f1: 'F1, the mean over labels, each counting the same',
  weighted_f1: 'F1, the mean over labels weighted by their rows',
  balanced_accuracy: 'recall, the mean over labels',
  mcc: 'Matthews correlation, from -1 to 1; 0 is guessing, whatever the shares of the labels',
  cohen_kappa: "agreement beyond chance (Cohen's kappa), from -1 to 1",
  auroc: 'area under the ROC curve, one label against the rest, the mean over labels',
  ece: 'expected calibration error in 15 bins: how far the probabilities are from the truth; lower is better',
  brier: 'squared error of the probabilities; lower is better',
  nll: 'mean negative log probability of the true label; lower is better',
} as const satisfies Readonly<Record<MetricName, string>>;

/** What a report has beside them where rows may be abstained from. */
export const abstentionWords = {
  coverage: 'with `abstain`: share of rows that were answered',
  selective_accuracy: 'with `abstain`: share of the answered rows whose label is right',
} as const;

export type AbstentionName = keyof typeof abstentionWords;

export const reportWords = { ...metricWords, ...abstentionWords } as const;
export const reportNames = Object.keys(reportWords) as readonly (MetricName | AbstentionName)[];

export const metricNames = Object.keys(metricWords) as readonly MetricName[];
