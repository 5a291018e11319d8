// The classification report where a row may carry several labels or none: scikit-learn's `classification_report` of
// indicator matrices, with `zero_division=0`.
import { average, labelScores, microAverage, type Scores } from './classification-report.ts';
import type { Margins } from './confusion.ts';

export interface MultiLabelReport {
  readonly perLabel: readonly (Scores & { readonly label: string })[];
  /** Over all pairs of a row and a label. */
  readonly micro: Scores;
  /** Plain mean over all labels. */
  readonly macro: Scores;
  /** The same, each label weighing its support. */
  readonly weighted: Scores;
  /** Mean over the rows of the scores of each row's own labels. */
  readonly samples: Scores;
}

/**
 * `yTrue` and `yPred` are [rows, labels], 1 where a row carries the label and 0 elsewhere.
 * @throws RangeError for no rows, tables of different sizes, or another value
 */
export function multiLabelReport(
  yTrue: Uint8Array,
  yPred: Uint8Array,
  labels: readonly string[],
): MultiLabelReport {
  const width = labels.length;
  const rows = yTrue.length / width;
  if (yTrue.length !== yPred.length || !Number.isInteger(rows) || rows === 0)
    throw new RangeError(`${yTrue.length} true and ${yPred.length} predicted values for ${width} labels`);
  if (yTrue.some((value) => value > 1) || yPred.some((value) => value > 1))
    throw new RangeError('a row carries a label (1) or does not (0)');
  const sums = counted(yTrue, yPred, (i) => i % width, width);
  const perRow = counted(yTrue, yPred, (i) => Math.floor(i / width), rows);
  const all = [...labels.keys()];
  const sampled = average(perRow, [...perRow.actual.keys()], () => 1);
  return {
    perLabel: all.map((label) => ({ label: labels[label], ...labelScores(sums, label) })),
    micro: microAverage(sums, all),
    macro: average(sums, all, () => 1),
    weighted: average(sums, all, (label) => sums.actual[label]),
    samples: sampled,
  };
}

/** Counts of ones by group: right where both sides have one. */
function counted(
  yTrue: Uint8Array,
  yPred: Uint8Array,
  groupOf: (i: number) => number,
  groups: number,
): Margins {
  const right = new Float64Array(groups);
  const actual = new Float64Array(groups);
  const predicted = new Float64Array(groups);
  yTrue.forEach((truth, i) => {
    const group = groupOf(i);
    actual[group] += truth;
    predicted[group] += yPred[i];
    right[group] += truth * yPred[i];
  });
  return { right, actual, predicted, total: yTrue.length };
}
