// Metrics where a row carries several labels or none, by the names that programs use. All are scikit-learn's of indicator
// matrices, with `zero_division=0`. Each is prepared once for its rows and then computed for any weights of them.
import type { Weighted } from './probability-scores.ts';

/** What a model said of rows whose labels are known: tables [rows, labels], 1 where a row carries the label. */
export interface MultiLabelPredictions {
  readonly yTrue: Uint8Array;
  readonly yPred: Uint8Array;
  readonly labels: number;
  /** [rows, labels]; each in [0, 1], whatever the others are. */
  readonly probabilities: Float64Array;
}

export type MultiLabelMetricName =
  'accuracy' | 'micro_f1' | 'macro_f1' | 'weighted_f1' | 'samples_f1' | 'average_precision' | 'hamming_loss';

export interface MultiLabelMetric {
  readonly needsProbabilities: boolean;
  /** @throws RangeError for tables of different sizes, or no rows */
  readonly prepare: (predictions: MultiLabelPredictions) => Weighted;
}

export const multiLabelMetrics: Readonly<Record<MultiLabelMetricName, MultiLabelMetric>> = {
  accuracy: ofRows((right, actual, predicted) => (right === actual && right === predicted ? 1 : 0)),
  micro_f1: ofLabels(({ right, actual, predicted }) => f1(sum(right), sum(actual), sum(predicted))),
  macro_f1: ofLabels((counts) => sum(labelF1(counts)) / counts.right.length),
  weighted_f1: ofLabels((counts) => {
    const total = sum(counts.actual);
    const scores = labelF1(counts);
    return total === 0 ? 0 : scores.reduce((mean, score, i) => mean + (score * counts.actual[i]) / total, 0);
  }),
  samples_f1: ofRows(f1),
  average_precision: { needsProbabilities: true, prepare: averagePrecision },
  hamming_loss: ofRows((right, actual, predicted, labels) => (actual + predicted - 2 * right) / labels),
};

/** Weighted numbers of rows, by label. */
interface LabelCounts {
  readonly right: Float64Array;
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
}

function ofLabels(score: (counts: LabelCounts) => number): MultiLabelMetric {
  const prepare = (predictions: MultiLabelPredictions): Weighted => {
    const { yTrue, yPred, labels } = checked(predictions);
    const rows = yTrue.length / labels;
    return (weights) => {
      const right = new Float64Array(labels);
      const actual = new Float64Array(labels);
      const predicted = new Float64Array(labels);
      for (let i = 0, at = 0; i < rows; i += 1) {
        const weight = weights === undefined ? 1 : weights[i];
        for (let label = 0; label < labels; label += 1, at += 1) {
          actual[label] += weight * yTrue[at];
          predicted[label] += weight * yPred[at];
          right[label] += weight * yTrue[at] * yPred[at];
        }
      }
      return score({ right, actual, predicted });
    };
  };
  return { needsProbabilities: false, prepare };
}

/** The weighted mean over rows of a score of how many labels of a row are right, true and predicted. */
function ofRows(
  score: (right: number, actual: number, predicted: number, labels: number) => number,
): MultiLabelMetric {
  const prepare = (predictions: MultiLabelPredictions): Weighted => {
    const { yTrue, yPred, labels } = checked(predictions);
    const scores = Float64Array.from({ length: yTrue.length / labels }, (_, row) => {
      const counts = [0, 0, 0] as [number, number, number];
      for (let at = row * labels; at < (row + 1) * labels; at += 1) {
        counts[0] += yTrue[at] * yPred[at];
        counts[1] += yTrue[at];
        counts[2] += yPred[at];
      }
      return score(...counts, labels);
    });
    return (weights) => {
      if (weights === undefined) return sum(scores) / scores.length;
      return scores.reduce((total, value, i) => total + weights[i] * value, 0) / sum(weights);
    };
  };
  return { needsProbabilities: false, prepare };
}

/**
 * The area under precision over recall in steps, one label against the rest, mean over the labels that some row carries
 * (also called mAP). NaN where none does.
 */
function averagePrecision(predictions: MultiLabelPredictions): Weighted {
  const { yTrue, labels, probabilities } = checked(predictions);
  const rows = yTrue.length / labels;
  const orders = Array.from({ length: labels }, (_, label) =>
    Int32Array.from({ length: rows }, (_, i) => i).sort(
      (a, b) => probabilities[b * labels + label] - probabilities[a * labels + label],
    ),
  );
  return (weights) => {
    const of = (row: number): number => (weights === undefined ? 1 : weights[row]);
    const values = orders.flatMap((order, label): number[] => {
      let total = 0;
      for (const row of order) total += of(row) * yTrue[row * labels + label];
      if (!(total > 0)) return [];
      let [area, right, seen, counted] = [0, 0, 0, 0];
      order.forEach((row, place) => {
        right += of(row) * yTrue[row * labels + label];
        seen += of(row);
        const next = order[place + 1];
        const tied =
          next !== undefined && probabilities[next * labels + label] === probabilities[row * labels + label];
        if (tied || seen === 0) return;
        area += ((right - counted) / total) * (right / seen);
        counted = right;
      });
      return [area];
    });
    return values.length === 0 ? NaN : values.reduce((all, one) => all + one, 0) / values.length;
  };
}

function checked(predictions: MultiLabelPredictions): MultiLabelPredictions {
  const { yTrue, yPred, labels, probabilities } = predictions;
  if (yTrue.length === 0 || !Number.isInteger(yTrue.length / labels))
    throw new RangeError(`${yTrue.length} true values for ${labels} labels`);
  if (yPred.length !== yTrue.length || probabilities.length !== yTrue.length)
    throw new RangeError(
      `${yTrue.length} true values, ${yPred.length} predicted ones and ${probabilities.length} probabilities`,
    );
  return predictions;
}

function labelF1({ right, actual, predicted }: LabelCounts): Float64Array {
  return right.map((count, label) => f1(count, actual[label], predicted[label]));
}

function f1(right: number, actual: number, predicted: number): number {
  return actual + predicted === 0 ? 0 : (2 * right) / (actual + predicted);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
