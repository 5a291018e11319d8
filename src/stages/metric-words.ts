// The metrics as words of an option. `satisfies` keeps the list equal to what `learning` computes, without loading it.
import type { MetricName } from '../learning/metrics/metrics.ts';
import type { MultiLabelMetricName } from '../learning/metrics/multi-label-metrics.ts';

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

/** Of rows with several labels. Words that rows with one label have too mean the same there, or what is said here. */
export const multiLabelWords = {
  accuracy: 'with several labels: share of rows that were given exactly their labels',
  micro_f1: 'with several labels: F1 over all pairs of a row and a label',
  macro_f1: 'F1, the mean over labels, each counting the same',
  weighted_f1: 'F1, the mean over labels weighted by their rows',
  samples_f1: 'with several labels: F1 of the labels of each row, the mean over rows',
  average_precision:
    'with several labels: area under precision over recall, the mean over labels (mAP); needs no threshold',
  hamming_loss: 'with several labels: share of pairs of a row and a label that are wrong; lower is better',
} as const satisfies Readonly<Record<MultiLabelMetricName, string>>;

/** What is measured where a program does not say. */
export const usualMetrics: readonly MetricName[] = ['accuracy', 'macro_f1', 'weighted_f1', 'mcc', 'ece'];
export const usualMultiLabelMetrics: readonly MultiLabelMetricName[] = [
  'accuracy',
  'micro_f1',
  'macro_f1',
  'samples_f1',
  'average_precision',
];

/** Of a model that knows normal rows alone. */
export const anomalyWords = {
  auroc:
    'with `one_class`: area under the ROC curve of telling anomalous rows from normal ones by their distance',
  average_precision:
    'with `one_class`: area under precision over recall of anomalous rows, by their distance',
  false_alarms: 'with `one_class`: share of normal rows that were taken for anomalous; lower is better',
  missed: 'with `one_class`: share of anomalous rows that were taken for normal; lower is better',
} as const;

export type AnomalyName = keyof typeof anomalyWords;
export const anomalyNames = Object.keys(anomalyWords) as readonly AnomalyName[];

export type AnyMetricName = MetricName | MultiLabelMetricName | AnomalyName;

/** Words for `metrics`, of either kind of rows. */
export const anyMetricWords: Readonly<Record<AnyMetricName, string>> = {
  ...multiLabelWords,
  ...metricWords,
  false_alarms: anomalyWords.false_alarms,
  missed: anomalyWords.missed,
  average_precision: `${multiLabelWords.average_precision}; with \`one_class\`, of anomalous rows by their distance`,
  accuracy: `${metricWords.accuracy}; with several labels, those that were given exactly their labels`,
};

/** What a report has beside them where rows may be abstained from. */
export const abstentionWords = {
  coverage: 'with `abstain`: share of rows that were answered',
  selective_accuracy: 'with `abstain`: share of the answered rows whose label is right',
} as const;

export type AbstentionName = keyof typeof abstentionWords;

/** What a report has beside them where some rows belong to no label of the model. */
export const outOfScopeWords = {
  oos_auroc:
    'with `out_of_scope`: area under the ROC curve of telling such rows from the others by the probability of the most probable label',
  oos_recall: 'with `out_of_scope` and `abstain`: share of such rows that went without an answer',
  oos_precision: 'with `out_of_scope` and `abstain`: share of the rows without an answer that are such rows',
  open_accuracy:
    'with `out_of_scope` and `abstain`: share of all rows that were treated rightly: answered with their label, or such a row and without an answer',
} as const;

export type OutOfScopeName = keyof typeof outOfScopeWords;

export const reportWords = { ...anyMetricWords, ...abstentionWords, ...outOfScopeWords } as const;
export const reportNames = Object.keys(reportWords) as readonly (keyof typeof reportWords)[];

/** Words that go with an option, and the options they go with. */
export const wordOptions: Readonly<Record<string, readonly string[]>> = {
  coverage: ['abstain'],
  selective_accuracy: ['abstain'],
  oos_auroc: ['out_of_scope'],
  oos_recall: ['abstain', 'out_of_scope'],
  oos_precision: ['abstain', 'out_of_scope'],
  open_accuracy: ['abstain', 'out_of_scope'],
} satisfies Readonly<Record<AbstentionName | OutOfScopeName, readonly string[]>>;

export const metricNames = Object.keys(metricWords) as readonly MetricName[];
export const multiLabelNames = Object.keys(multiLabelWords) as readonly MultiLabelMetricName[];
