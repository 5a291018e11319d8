// What a head is taught: a label number a row, or a distribution over the labels a row (mixed or distilled examples).

/** `Int32Array` [rows]: label numbers. `Float64Array` [rows, labels]: distributions, each row of which sums to 1. */
export type Targets = Int32Array | Float64Array;

/** Labels that no row carries. A head cannot be fitted on them: say so before fitting. */
export function missingLabels(targets: Targets, labels: number): number[] {
  const mass = labelMass(softTargets(targets, labels), labels);
  return [...mass.keys()].filter((label) => !(mass[label] > 0));
}

/**
 * Targets as distributions [rows, labels].
 * @throws RangeError for a label number outside [0, labels) and for a row that is no distribution
 */
export function softTargets(targets: Targets, labels: number): Float64Array {
  if (targets instanceof Float64Array) {
    for (let start = 0; start < targets.length; start += labels) {
      const row = targets.subarray(start, start + labels);
      const sum = row.reduce((total, share) => total + share, 0);
      if (row.length !== labels || !(Math.abs(sum - 1) < 1e-6) || row.some((share) => share < 0))
        throw new RangeError(`row ${start / labels} of the targets is no distribution over ${labels} labels`);
    }
    return targets;
  }
  const soft = new Float64Array(targets.length * labels);
  targets.forEach((label, row) => {
    if (label < 0 || label >= labels)
      throw new RangeError(`label ${label} of row ${row} is not in [0, ${labels})`);
    soft[row * labels + label] = 1;
  });
  return soft;
}

/** Those of some rows, in the given order. */
export function takeTargets(targets: Targets, labels: number, indices: readonly number[]): Targets {
  if (targets instanceof Int32Array) return Int32Array.from(indices, (i) => targets[i]);
  const part = new Float64Array(indices.length * labels);
  indices.forEach((index, i) => part.set(targets.subarray(index * labels, (index + 1) * labels), i * labels));
  return part;
}

/** Further rows behind, of one label each. */
export function withLabels(targets: Targets, labels: number, numbers: ArrayLike<number>): Targets {
  const further = Int32Array.from(numbers);
  if (targets instanceof Int32Array) return Int32Array.from([...targets, ...further]);
  const soft = softTargets(further, labels);
  const all = new Float64Array(targets.length + soft.length);
  all.set(targets);
  all.set(soft, targets.length);
  return all;
}

/**
 * Checks what every head is given, and hands back the targets as distributions.
 * @throws RangeError for rows without target, fewer than two labels, or a label that no row carries
 */
export function checkedTargets(rows: number, targets: Targets, labels: number): Float64Array {
  if (!Number.isInteger(labels) || labels < 2) throw new RangeError(`a head needs two labels, not ${labels}`);
  const soft = softTargets(targets, labels);
  if (soft.length !== rows * labels)
    throw new RangeError(`${rows} rows, but targets for ${soft.length / labels}`);
  const missing = missingLabels(soft, labels);
  if (missing.length > 0) throw new RangeError(`no row carries label ${missing.join(', ')}`);
  return soft;
}

/**
 * The weight of each row: 1, or with `balanced` such that every label weighs the same and the weights sum to the number
 * of rows (rows / (labels * rows of the label), as scikit-learn has it).
 */
export function rowWeights(
  soft: Float64Array,
  labels: number,
  balance: 'balanced' | undefined,
): Float64Array {
  const rows = soft.length / labels;
  const weights = new Float64Array(rows).fill(1);
  if (balance === undefined) return weights;
  const ofLabels = labelWeights(soft, labels, balance);
  return weights.map((_, row) => {
    let weight = 0;
    for (let label = 0; label < labels; label += 1) weight += soft[row * labels + label] * ofLabels[label];
    return weight;
  });
}

/** The weight of a row of each label, as in `rowWeights`. [labels] */
export function labelWeights(
  soft: Float64Array,
  labels: number,
  balance: 'balanced' | undefined,
): Float64Array {
  if (balance === undefined) return new Float64Array(labels).fill(1);
  const rows = soft.length / labels;
  return labelMass(soft, labels).map((mass) => rows / (labels * mass));
}

function labelMass(soft: Float64Array, labels: number): Float64Array {
  const mass = new Float64Array(labels);
  soft.forEach((share, i) => {
    mass[i % labels] += share;
  });
  return mass;
}
