// How surprising the labels of rows are to a model: next to what it foretold, and next to earlier rows (conformal p-values, Vovk, Gammerman
// and Shafer, "Algorithmic learning in a random world", 2005). Pure.

/** A label that the model does not know is as improbable as this. */
const leastProbability = 1e-20;

/**
 * The logarithm of how many times as probable the most probable other label is: above zero where the row is foretold wrongly, and larger
 * the surer the model was. `label`: nothing where the model does not know it.
 */
export function surpriseOf(probabilities: Float64Array, label: number | undefined): number {
  let other = leastProbability;
  for (let i = 0; i < probabilities.length; i += 1)
    if (i !== label && probabilities[i] > other) other = probabilities[i];
  const own = label === undefined ? 0 : probabilities[label];
  return Math.log(other) - Math.log(Math.max(own, leastProbability));
}

/** The same for a row of probabilities [rows, labels] and the name of its label. */
export function surpriseAt(
  probabilities: Float64Array,
  labels: readonly string[],
  at: number,
  label: string,
): number {
  const own = probabilities.subarray(at * labels.length, (at + 1) * labels.length);
  const number = labels.indexOf(label);
  return surpriseOf(own, number < 0 ? undefined : number);
}

/**
 * How often a value so high, or higher, comes by chance, where all orders of it and the earlier ones are equally likely. Of equal values
 * each counts as higher, which makes the chance too large rather than too small.
 */
export function chanceAmong(earlier: readonly number[], value: number): number {
  let higher = 1;
  for (const one of earlier) if (one >= value) higher += 1;
  return higher / (earlier.length + 1);
}

/** How often so many chances are all together so small (Fisher's method): the upper tail of a chi-squared with two degrees for each. */
export function jointChance(chances: readonly number[]): number {
  const half = -chances.reduce((sum, chance) => sum + Math.log(chance), 0);
  if (half === 0) return 1;
  // The terms half^i / i! as logarithms, as there may be thousands; the largest first, so that none overflows.
  const terms: number[] = [];
  for (let i = 0, term = -half; i < chances.length; i += 1) {
    terms.push(term);
    term += Math.log(half / (i + 1));
  }
  const most = terms.reduce((a, b) => Math.max(a, b), -Infinity);
  return Math.min(1, Math.exp(most) * terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}
