// The inner loop of MAML: a few steps of plain gradient descent, as a function that can itself be differentiated (Finn et al. 2017,
// arXiv:1703.03400). Of order 2 the derivative goes through the steps; of order 1 the steps' gradients count as given numbers.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../optimizers/optimizer.ts';
import { detached } from './detached.ts';

export interface Adaptation {
  readonly steps: number;
  readonly rate: number;
  readonly order: 1 | 2;
}

/** Weights after the steps, the first of which is 0. The gradient is that of the sum of what `loss` gives, so tasks that share no weights do not meet. */
export function adapt(
  weights: Tensors,
  loss: (weights: Tensors, step: number) => tf.Tensor,
  { steps, rate, order }: Adaptation,
): Tensors {
  const names = Object.keys(weights);
  let now = weights;
  for (let step = 0; step < steps; step++) {
    const slopes = tf.grads((...tensors) => tf.sum(loss(named(names, tensors), step)))(Object.values(now));
    const next = Object.values(now).map((weight, i) => {
      const slope = slopes[i] ?? tf.zerosLike(weight);
      return tf.sub(weight, tf.mul(order === 1 ? detached(slope) : slope, rate));
    });
    now = named(names, next);
  }
  return now;
}

/** The same weights for each of `tasks`, along a new first axis: what is learned for one task leaves the others alone. */
export function forTasks(weights: Tensors, tasks: number): Tensors {
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [name, tf.broadcastTo(weight, [tasks, ...weight.shape])]),
  );
}

function named(names: readonly string[], tensors: readonly tf.Tensor[]): Tensors {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i] ?? tf.scalar(NaN)]));
}
