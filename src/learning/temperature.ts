// Temperature scaling (Guo, Pleiss, Sun and Weinberger 2017): one number that all log probabilities are divided by, fitted on
// rows that the model was not fitted on. Changes how sure a model is, never which label it takes.
//
// With a few dozen rows the likelihood alone is a poor guide: where the model is right about all of them it would be made
// sure beyond measure. So the logarithm of the temperature has a standard normal prior, which weighs as much as one row
// does and is soon outweighed by more of them.
import { softmaxRows } from './softmax.ts';

/** Probabilities below this count as this, as in the negative log likelihood that is reported. */
const least = Number.EPSILON;

/** Logarithms of the temperature are looked for between minus and plus this: from 1/403 to 403. */
const reach = 6;
const stride = 0.25;

/**
 * The most probable temperature, given probabilities [rows, labels] and the true label of each row: that with the lowest
 * summed negative log probability of the true labels plus half the square of its own logarithm. The best of a grid,
 * refined by Newton's method between its neighbours.
 * @throws RangeError for no rows, and where sizes do not fit
 */
export function fitTemperature(probabilities: Float64Array, truth: Int32Array, labels: number): number {
  if (truth.length === 0 || probabilities.length !== truth.length * labels)
    throw new RangeError(`probabilities of ${truth.length} rows over ${labels} labels are needed`);
  const logs = probabilities.map((value) => Math.log(Math.max(least, value)));
  const at = (u: number): Derivatives => derivatives(logs, truth, labels, u);
  let best = { u: 0, value: at(0).value };
  for (let u = -reach; u <= reach; u += stride) {
    const { value } = at(u);
    if (value < best.value) best = { u, value };
  }
  let [low, high] = [best.u - stride, best.u + stride];
  let { u } = best;
  for (let i = 0; i < 100 && high - low > 1e-14; i += 1) {
    const { slope, curve } = at(u);
    if (slope === 0) break;
    if (slope < 0) low = u;
    else high = u;
    const next = u - slope / curve;
    if (curve > 0 && Math.abs(next - u) < 1e-14) break;
    u = curve > 0 && next > low && next < high ? next : (low + high) / 2;
  }
  return Math.exp(u);
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

/** Of the loss with its prior, by the logarithm of the temperature. */
interface Derivatives {
  readonly value: number;
  readonly slope: number;
  readonly curve: number;
}

function derivatives(logs: Float64Array, truth: Int32Array, labels: number, u: number): Derivatives {
  const inverse = Math.exp(-u);
  const scaled = logs.map((value) => value * inverse);
  const weights = softmaxRows(scaled, labels);
  let value = (u * u) / 2;
  // By the inverse temperature.
  let [slope, curve] = [0, 0];
  truth.forEach((label, i) => {
    const own = i * labels + label;
    let [mean, square] = [0, 0];
    for (let at = i * labels; at < (i + 1) * labels; at += 1) {
      mean += weights[at] * logs[at];
      square += weights[at] * logs[at] ** 2;
    }
    value -= Math.log(weights[own]);
    slope += mean - logs[own];
    curve += square - mean ** 2;
  });
  return { value, slope: u - inverse * slope, curve: 1 + inverse * slope + inverse ** 2 * curve };
}
