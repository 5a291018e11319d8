// Prototypes: the mean vector of each label; a row belongs to the nearest (Snell, Swersky and Zemel, "Prototypical
// networks for few-shot learning", 2017, here over frozen vectors).
import type { Distance } from '../distance.ts';
import type { Matrix } from '../matrix.ts';
import { checkedTargets, type Targets } from '../targets.ts';
import type { Head } from './head.ts';

export interface PrototypeOptions {
  /** `euclidean` is squared, as in the paper. */
  readonly distance: Distance;
  /** Distances are divided by it before the softmax; smaller is surer. Above zero. */
  readonly temperature: number;
}

/**
 * Tensor `prototypes` [labels, columns].
 * @throws RangeError where a label has no row, targets do not fit the rows, or the temperature is not positive
 */
export function fitPrototype(x: Matrix, targets: Targets, labels: number, options: PrototypeOptions): Head {
  if (!(options.temperature > 0))
    throw new RangeError(`temperature is above zero, not ${options.temperature}`);
  const soft = checkedTargets(x.rows, targets, labels);
  const sums = new Float64Array(labels * x.columns);
  const mass = new Float64Array(labels);
  soft.forEach((share, i) => {
    if (share === 0) return;
    const label = i % labels;
    const start = Math.floor(i / labels) * x.columns;
    mass[label] += share;
    for (let k = 0; k < x.columns; k += 1) {
      const at = label * x.columns + k;
      sums[at] += share * x.data[start + k];
    }
  });
  const means = sums.map((sum, i) => sum / mass[Math.floor(i / x.columns)]);
  return {
    kind: 'prototype',
    labels,
    settings: { distance: options.distance, temperature: options.temperature },
    tensors: { prototypes: { shape: [labels, x.columns], data: Float32Array.from(means) } },
  };
}
