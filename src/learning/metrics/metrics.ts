// The metrics by the names that programs use, with what there is to know of each.
import { checkLabels, confusion, type Confusion } from './confusion.ts';
import { accuracy, balancedAccuracy, cohenKappa, macroF1, mcc, weightedF1 } from './label-scores.ts';
import { auroc, brier, ece, nll, type Probabilistic, type Weighted } from './probability-scores.ts';

/** What a model said of rows whose labels are known. */
export interface Predictions {
  readonly yTrue: Int32Array;
  readonly yPred: Int32Array;
  /** How many labels there are. */
  readonly labels: number;
  /** [rows, labels] */
  readonly probabilities?: Float64Array;
}

export interface Metric {
  /** One line. */
  readonly doc: string;
  readonly needsProbabilities: boolean;
  readonly higherIsBetter: boolean;
  /** @throws RangeError for label numbers or probabilities that do not fit together */
  readonly compute: (predictions: Predictions) => number;
  /** The same for many weightings of the rows (resampling); checks and sorts once. */
  readonly prepare: (predictions: Predictions) => Weighted;
}

export type MetricName =
  | 'accuracy'
  | 'macro_f1'
  | 'weighted_f1'
  | 'balanced_accuracy'
  | 'mcc'
  | 'cohen_kappa'
  | 'auroc'
  | 'ece'
  | 'brier'
  | 'nll';

export const metrics: Readonly<Record<MetricName, Metric>> = {
  accuracy: ofLabels(accuracy, 'Share of rows whose label is right.'),
  macro_f1: ofLabels(macroF1, 'F1, the mean over the labels that occur, each counting the same.'),
  weighted_f1: ofLabels(weightedF1, 'F1, the mean over labels weighted by their rows.'),
  balanced_accuracy: ofLabels(balancedAccuracy, 'Recall, the mean over the labels that have rows.'),
  mcc: ofLabels(mcc, 'Matthews correlation in [-1, 1]: 0 is guessing, whatever the shares of the labels.'),
  cohen_kappa: ofLabels(cohenKappa, 'Agreement beyond chance in [-1, 1] (Cohen).'),
  auroc: ofProbabilities(
    auroc,
    true,
    'Area under the ROC curve, one label against the rest, mean over labels.',
  ),
  ece: ofProbabilities(ece, false, 'Expected calibration error of the predicted label, in 15 bins.'),
  brier: ofProbabilities(brier, false, 'Squared error of the probabilities (Brier), halved for two labels.'),
  nll: ofProbabilities(nll, false, 'Mean negative log probability of the true label.'),
};

function ofLabels(score: (counted: Confusion) => number, doc: string): Metric {
  const prepare = ({ yTrue, yPred, labels }: Predictions): Weighted => {
    const once = confusion(yTrue, yPred, labels);
    return (weights) => score(weights === undefined ? once : recount(yTrue, yPred, labels, weights));
  };
  return {
    doc,
    needsProbabilities: false,
    higherIsBetter: true,
    prepare,
    compute: (predictions) => prepare(predictions)(),
  };
}

/** As `confusion`, for labels that have been checked. */
function recount(yTrue: Int32Array, yPred: Int32Array, labels: number, weights: Float64Array): Confusion {
  const counts = new Float64Array(labels * labels);
  for (let i = 0; i < yTrue.length; i += 1) counts[yTrue[i] * labels + yPred[i]] += weights[i];
  return { labels, counts };
}

function ofProbabilities(
  scorer: (predictions: Probabilistic) => Weighted,
  higherIsBetter: boolean,
  doc: string,
): Metric {
  const prepare = ({ yTrue, yPred, labels, probabilities }: Predictions): Weighted => {
    checkLabels(yTrue, yPred, labels);
    if (probabilities?.length !== yTrue.length * labels)
      throw new RangeError(`probabilities of ${yTrue.length} rows over ${labels} labels are needed`);
    return scorer({ yTrue, labels, probabilities });
  };
  return {
    doc,
    needsProbabilities: true,
    higherIsBetter,
    prepare,
    compute: (predictions) => prepare(predictions)(),
  };
}
