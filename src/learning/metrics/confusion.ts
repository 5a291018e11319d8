// Counts of true against predicted labels: all that metrics of labels need to know of a prediction.

export interface Confusion {
  readonly labels: number;
  /** [labels, labels]: rows are true labels, columns predicted ones. Whole numbers unless rows were weighted. */
  readonly counts: Float64Array;
}

/**
 * Counts the rows, each as often as `weights` says.
 * @throws RangeError for no rows, lists of different lengths, or a value that is no label number in [0, labels)
 */
export function confusion(
  yTrue: Int32Array,
  yPred: Int32Array,
  labels: number,
  weights?: Float64Array,
): Confusion {
  checkLabels(yTrue, yPred, labels);
  const counts = new Float64Array(labels * labels);
  for (let i = 0; i < yTrue.length; i += 1)
    counts[yTrue[i] * labels + yPred[i]] += weights === undefined ? 1 : weights[i];
  return { labels, counts };
}

/**
 * One flat label number a row on both sides, or it throws: padded or nested labels would pass for many easy rows.
 * @throws RangeError
 */
export function checkLabels(yTrue: Int32Array, yPred: Int32Array, labels: number): void {
  if (yTrue.length !== yPred.length)
    throw new RangeError(`${yTrue.length} true labels, but ${yPred.length} predicted ones`);
  if (yTrue.length === 0) throw new RangeError('there are no rows to measure');
  for (const values of [yTrue, yPred])
    for (let i = 0; i < values.length; i += 1)
      if (!Number.isInteger(values[i]) || values[i] < 0 || values[i] >= labels)
        throw new RangeError(`row ${i}: \`${values[i]}\` is not a label number in [0, ${labels})`);
}

/** The label counts of a confusion: how often each is right, true and predicted. */
export interface Margins {
  readonly right: Float64Array;
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  readonly total: number;
}

export function margins({ labels, counts }: Confusion): Margins {
  const right = new Float64Array(labels);
  const actual = new Float64Array(labels);
  const predicted = new Float64Array(labels);
  let total = 0;
  for (let t = 0; t < labels; t += 1)
    for (let p = 0; p < labels; p += 1) {
      const count = counts[t * labels + p];
      actual[t] += count;
      predicted[p] += count;
      total += count;
      if (t === p) right[t] += count;
    }
  return { right, actual, predicted, total };
}

/** Labels that some row carries or is predicted to carry. */
export function occurringLabels({ actual, predicted }: Margins): number[] {
  return [...actual.keys()].filter((label) => actual[label] + predicted[label] > 0);
}
