// The loss that MAML trains on: what tasks still lose on their queries once the weights have adapted to their supports.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../optimizers/optimizer.ts';
import { adapt, forTasks } from './adapt.ts';
import type { Adaptation } from './adapt.ts';

/** Tasks of one shape side by side: every tensor has the tasks as its first axis. */
export interface Tasks {
  readonly count: number;
  readonly support: Tensors;
  readonly query: Tensors;
}

/** `loss` takes weights and data with the tasks as first axis and gives the loss of each task. The mean over tasks. */
export function mamlLoss(
  weights: Tensors,
  { count, support, query }: Tasks,
  loss: (weights: Tensors, data: Tensors) => tf.Tensor,
  adaptation: Adaptation,
): tf.Tensor {
  const own = adapt(forTasks(weights, count), (now) => loss(now, support), adaptation);
  return tf.mean(loss(own, query));
}
