// Temperature scaling (Guo, Pleiss, Sun and Weinberger 2017): one number that all log probabilities are divided by, fitted on
// rows that the model was not fitted on. Changes how sure a model is, never which label it takes.
import { softmaxRows } from './softmax.ts';

/** `no-errors`: the model is right about every row, so the surer the better, without end. `no-signal`: never sure is best. */
export type Temperature =
  { readonly state: 'fitted'; readonly temperature: number } | { readonly state: 'no-errors' | 'no-signal' };

/** Probabilities below this count as this, as in the negative log likelihood that is reported. */
const least = Number.EPSILON;

/** Inverse temperature beyond which only rows that are right by a rounding error would have a say. */
const most = 1e9;

/**
 * The temperature with the lowest mean negative log probability of the true labels, given probabilities [rows, labels]. That
 * loss is convex in the inverse of the temperature, so its one minimum is found by Newton's method inside a bracket.
 * @throws RangeError for no rows, and where sizes do not fit
 */
export function fitTemperature(probabilities: Float64Array, truth: Int32Array, labels: number): Temperature {
  if (truth.length === 0 || probabilities.length !== truth.length * labels)
    throw new RangeError(`probabilities of ${truth.length} rows over ${labels} labels are needed`);
  const logs = probabilities.map((value) => Math.log(Math.max(least, value)));
  if (slopeAtInfinity(logs, truth, labels) <= 0) return { state: 'no-errors' };
  if (derivatives(logs, truth, labels, 0).slope >= 0) return { state: 'no-signal' };
  let [low, high] = [0, 1];
  while (derivatives(logs, truth, labels, high).slope < 0) {
    if (high > most) return { state: 'no-errors' };
    [low, high] = [high, 2 * high];
  }
  let inverse = (low + high) / 2;
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i += 1) {
    const { slope, curve } = derivatives(logs, truth, labels, inverse);
    if (slope === 0) break;
    if (slope < 0) low = inverse;
    else high = inverse;
    const next = inverse - slope / curve;
    const settled = Math.abs(next - inverse) <= 1e-14 * inverse;
    inverse = next > low && next < high ? next : (low + high) / 2;
    if (settled) break;
  }
  return { state: 'fitted', temperature: 1 / inverse };
}

/** Probabilities [rows, labels] at another temperature; 1 leaves them as they are. */
export function atTemperature(
  probabilities: Float64Array,
  labels: number,
  temperature: number,
): Float64Array {
  if (temperature === 1) return probabilities;
  return softmaxRows(
    probabilities.map((value) => Math.log(Math.max(least, value)) / temperature),
    labels,
  );
}

/** First and second derivative of the loss by the inverse temperature. */
function derivatives(
  logs: Float64Array,
  truth: Int32Array,
  labels: number,
  inverse: number,
): { readonly slope: number; readonly curve: number } {
  const weights = softmaxRows(
    logs.map((value) => value * inverse),
    labels,
  );
  let [slope, curve] = [0, 0];
  truth.forEach((label, i) => {
    let [mean, square] = [0, 0];
    for (let at = i * labels; at < (i + 1) * labels; at += 1) {
      mean += weights[at] * logs[at];
      square += weights[at] * logs[at] ** 2;
    }
    slope += mean - logs[i * labels + label];
    curve += square - mean ** 2;
  });
  return { slope, curve };
}

/** What the slope tends to as the temperature falls to 0: above 0 where some row's true label is not its most probable. */
function slopeAtInfinity(logs: Float64Array, truth: Int32Array, labels: number): number {
  let sum = 0;
  truth.forEach((label, i) => {
    let top = -Infinity;
    for (let at = i * labels; at < (i + 1) * labels; at += 1) top = Math.max(top, logs[at]);
    sum += top - logs[i * labels + label];
  });
  return sum;
}
