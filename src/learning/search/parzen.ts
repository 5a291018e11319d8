// A density around the values that some trials took in one dimension: a mixture of one kernel a value and a wide one for
// the whole range, so that no value is ever impossible. Knows nothing of which trials are good.
import { normalCdf, normalQuantile } from '../statistics/distributions.ts';
import type { Random } from '../random.ts';
import { within, type Dimension } from './dimension.ts';

export interface Density {
  draw(random: Random): number;
  /** Logarithm of the density; of the probability, where values are whole numbers or positions. */
  logAt(value: number): number;
}

/** The latest trials count in full, earlier ones the less the longer ago. */
const remembered = 25;

/** `observed` in the order of the trials. */
export function parzen(dimension: Dimension, observed: readonly number[]): Density {
  const weights = kernelWeights(observed.length);
  if (dimension.type === 'choice') return overChoices(dimension.count, observed, weights);
  const { type, low, high } = dimension;
  const scale = scales[type];
  const range =
    type === 'int' ? { low: low - 0.5, high: high + 0.5 } : { low: scale.to(low), high: scale.to(high) };
  const kernels = normalKernels(
    observed.map((value) => scale.to(value)),
    range,
  );
  return {
    draw: (random) => {
      const { mean, sd } = kernels[pick(weights, random)] ?? kernels[0];
      const [from, to] = [normalCdf((range.low - mean) / sd), normalCdf((range.high - mean) / sd)];
      const share = from + random.next() * (to - from);
      const value = mean + sd * normalQuantile(within(share, { low: 1e-12, high: 1 - 1e-12 }));
      return within(scale.from(within(value, range)), { low, high });
    },
    logAt: (value) => {
      const at = scale.to(value);
      const density = kernels.reduce((sum, { mean, sd }, i) => {
        const mass = normalCdf((range.high - mean) / sd) - normalCdf((range.low - mean) / sd);
        const z = (at - mean) / sd;
        const here =
          type === 'int'
            ? normalCdf((at + 0.5 - mean) / sd) - normalCdf((at - 0.5 - mean) / sd)
            : Math.exp(-0.5 * z * z) / (sd * Math.sqrt(2 * Math.PI));
        return sum + ((weights[i] ?? 0) * here) / mass;
      }, 0);
      return Math.log(density);
    },
  };
}

interface Scale {
  to(value: number): number;
  from(value: number): number;
}

const linear: Scale = { to: (value) => value, from: (value) => value };
const scales: Readonly<Record<'uniform' | 'log_uniform' | 'int', Scale>> = {
  uniform: linear,
  log_uniform: { to: Math.log, from: Math.exp },
  int: { to: (value) => value, from: Math.round },
};

interface Kernel {
  readonly mean: number;
  readonly sd: number;
}

/**
 * One for each value, as wide as the gap to its farther neighbour, and last the one for the whole range. None is narrower
 * than the range over the number of kernels (at most 100), so that a cluster of values does not close the search.
 */
function normalKernels(
  values: readonly number[],
  { low, high }: { readonly low: number; readonly high: number },
): readonly [Kernel, ...Kernel[]] {
  const whole: Kernel = { mean: (low + high) / 2, sd: high - low };
  const least = (high - low) / Math.min(100, values.length + 2);
  const sorted = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const single = values.length === 1; // then the ends of the range are its neighbours
  const own = new Array<Kernel>(values.length);
  sorted.forEach((i, rank) => {
    const mean = values[i];
    const below = rank > 0 ? values[sorted[rank - 1]] : single ? low : mean;
    const above = rank < values.length - 1 ? values[sorted[rank + 1]] : single ? high : mean;
    own[i] = { mean, sd: within(Math.max(mean - below, above - mean), { low: least, high: high - low }) };
  });
  const [first, ...rest] = [...own, whole];
  return [first ?? whole, ...rest];
}

function overChoices(count: number, observed: readonly number[], weights: readonly number[]): Density {
  const share = 1 / (observed.length + 1); // one observation's worth, spread evenly
  const probabilities = Array.from({ length: count }, (_, value) =>
    weights.reduce((sum, weight, i) => {
      const seen = observed[i];
      const kernel =
        seen === undefined ? 1 / count : ((seen === value ? 1 : 0) + share) / (1 + count * share);
      return sum + weight * kernel;
    }, 0),
  );
  return {
    draw: (random) => pick(probabilities, random),
    logAt: (value) => Math.log(probabilities[value] ?? 0),
  };
}

/** Of each observation, and last of the whole range; they sum to 1. */
function kernelWeights(observed: number): readonly number[] {
  const old = Math.max(0, observed - remembered);
  const ramp = (i: number): number =>
    old < 2 ? 1 / observed : 1 / observed + (i / (old - 1)) * (1 - 1 / observed);
  const raw = [...Array.from({ length: observed }, (_, i) => (i < old ? ramp(i) : 1)), 1];
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

/** A position, drawn in proportion to the weights. */
function pick(weights: readonly number[], random: Random): number {
  let left = random.next();
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return i;
  }
  return weights.length - 1;
}
