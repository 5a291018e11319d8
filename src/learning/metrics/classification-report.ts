// Precision, recall and F1 of each label with their averages: the figures of scikit-learn's `classification_report`
// with `zero_division=0`.
import { confusion, margins, occurringLabels, type Confusion, type Margins } from './confusion.ts';

export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows that carry the label; in an average, of all its labels. */
  readonly support: number;
}

export interface ClassificationReport {
  /** In the order of `labels`; labels that do not occur are listed with zeros. */
  readonly perLabel: readonly (Scores & { readonly label: string })[];
  readonly accuracy: number;
  /** Over the listed labels taken together; equal to the accuracy unless `only` leaves some out. */
  readonly micro: Scores;
  /** Plain mean over the labels that occur among true or predicted ones; with `only`, over all of those. */
  readonly macro: Scores;
  /** The same labels, each weighing its support. */
  readonly weighted: Scores;
}

/**
 * `yTrue` and `yPred` number `labels`. `only` lists the labels to report on (scikit-learn's `labels=`); rows of other
 * labels then count as errors where they were taken for a listed one.
 * @throws RangeError for no rows, lists of different lengths, values outside the labels, or an unknown name in `only`
 */
export function classificationReport(
  yTrue: Int32Array,
  yPred: Int32Array,
  labels: readonly string[],
  only?: readonly string[],
): ClassificationReport {
  return reportOf(confusion(yTrue, yPred, labels.length), labels, only);
}

/** The report of counts that are known already. */
function reportOf(
  counted: Confusion,
  labels: readonly string[],
  only?: readonly string[],
): ClassificationReport {
  const sums = margins(counted);
  const listed = only?.map((name) => indexOf(labels, name)) ?? [...labels.keys()];
  const averaged = only === undefined ? occurringLabels(sums) : listed;
  return {
    perLabel: listed.map((label) => ({ label: labels[label], ...labelScores(sums, label) })),
    accuracy: total(sums.right) / sums.total,
    micro: microAverage(sums, averaged),
    macro: average(sums, averaged, () => 1),
    weighted: average(sums, averaged, (label) => sums.actual[label]),
  };
}

/** Scores of one label; 0 where nothing can be divided by. */
export function labelScores({ right, actual, predicted }: Margins, label: number): Scores {
  return scores(right[label], actual[label], predicted[label]);
}

/** The mean of the labels' scores with the given weights; 0 where all weigh nothing. */
export function average(sums: Margins, labels: readonly number[], weight: (label: number) => number): Scores {
  const mean = { precision: 0, recall: 0, f1: 0, support: 0 };
  const all = labels.reduce((sum, label) => sum + weight(label), 0);
  for (const label of labels) {
    const share = all > 0 ? weight(label) / all : 0;
    const { precision, recall, f1, support } = labelScores(sums, label);
    mean.precision += share * precision;
    mean.recall += share * recall;
    mean.f1 += share * f1;
    mean.support += support;
  }
  return mean;
}

/** The scores of the labels' counts taken together. */
export function microAverage({ right, actual, predicted }: Margins, labels: readonly number[]): Scores {
  const over = (values: Float64Array) => labels.reduce((sum, label) => sum + values[label], 0);
  return scores(over(right), over(actual), over(predicted));
}

function scores(right: number, actual: number, predicted: number): Scores {
  return {
    precision: ratio(right, predicted),
    recall: ratio(right, actual),
    f1: ratio(2 * right, actual + predicted),
    support: actual,
  };
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function indexOf(labels: readonly string[], name: string): number {
  const index = labels.indexOf(name);
  if (index < 0) throw new RangeError(`\`${name}\` is none of the labels`);
  return index;
}
