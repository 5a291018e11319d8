// Mixup (Zhang et al. 2018) of vectors: new rows on the lines between pairs of rows, with the labels mixed alike.
import { row, type Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import { softTargets, type Targets } from '../targets.ts';

export interface MixupOptions {
  /** Of Beta(alpha, alpha), from which each pair's share is drawn: small keeps rows near one of the pair. */
  readonly alpha: number;
  /** Mixed rows for each given one. */
  readonly copies: number;
  readonly random: Random;
}

export interface Mixed {
  readonly x: Matrix;
  /** Distributions [rows, labels]. */
  readonly targets: Float64Array;
}

/**
 * The given rows followed by `copies` mixed ones for each, partners drawn anew for every copy. Heads take the targets as
 * they are, but for nearest neighbours.
 * @throws RangeError where `alpha` is not positive or targets do not fit the rows
 */
export function mixup(x: Matrix, targets: Targets, labels: number, options: MixupOptions): Mixed {
  const { alpha, copies, random } = options;
  if (!(alpha > 0)) throw new RangeError(`alpha is above zero, not ${alpha}`);
  const soft = softTargets(targets, labels);
  if (soft.length !== x.rows * labels)
    throw new RangeError(`${x.rows} rows, but targets for ${soft.length / labels}`);
  const rows = x.rows * (1 + copies);
  const data = new Float32Array(rows * x.columns);
  const mixed = new Float64Array(rows * labels);
  data.set(x.data);
  mixed.set(soft);
  const order = Array.from({ length: x.rows }, (_, i) => i);
  for (let copy = 1; copy <= copies; copy += 1)
    random.shuffle(order).forEach((partner, i) => {
      const share = betaShare(alpha, random);
      const to = copy * x.rows + i;
      const [a, b] = [row(x, i), row(x, partner)];
      for (let k = 0; k < x.columns; k += 1) data[to * x.columns + k] = share * a[k] + (1 - share) * b[k];
      for (let label = 0; label < labels; label += 1)
        mixed[to * labels + label] =
          share * soft[i * labels + label] + (1 - share) * soft[partner * labels + label];
    });
  return { x: { rows, columns: x.columns, data }, targets: mixed };
}

/** A draw from Beta(alpha, alpha), by way of two gamma variates kept as logarithms, which do not underflow. */
export function betaShare(alpha: number, random: Random): number {
  return 1 / (1 + Math.exp(logGammaVariate(alpha, random) - logGammaVariate(alpha, random)));
}

/** The logarithm of a Gamma(shape, 1) variate (Marsaglia and Tsang 2000). */
function logGammaVariate(shape: number, random: Random): number {
  if (shape < 1) return logGammaVariate(shape + 1, random) + Math.log(1 - random.next()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v))
      return Math.log(d * v);
  }
}
