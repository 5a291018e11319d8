// A small fully connected net for regression, for many tasks at once: weights and data have the tasks as first axis.
import * as tf from '@tensorflow/tfjs-core';
import { tensorIn } from '../optimizers/optimizer.ts';
import type { Tensors } from '../optimizers/optimizer.ts';

/** Shapes of the weights by name, for one task: `sizes` from input to output, such as 1, 40, 40, 1. */
export function perceptronShapes(sizes: readonly number[]): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    sizes.slice(1).flatMap((to, layer) => [
      [`w${layer}`, [sizes[layer] ?? 1, to]],
      [`b${layer}`, [1, to]],
    ]),
  );
}

/** [tasks, rows, in] to [tasks, rows, out], with `bend` between layers. */
export function perceptron(
  weights: Tensors,
  x: tf.Tensor,
  bend: (x: tf.Tensor) => tf.Tensor = tf.relu,
): tf.Tensor {
  const layers = Object.keys(weights).length / 2;
  let now = x;
  for (let layer = 0; layer < layers; layer++) {
    now = tf.add(tf.matMul(now, tensorIn(weights, `w${layer}`)), tensorIn(weights, `b${layer}`));
    if (layer < layers - 1) now = bend(now);
  }
  return now;
}

/** The mean squared error of each task, from data `x` and `y`. */
export function squaredError(
  weights: Tensors,
  data: Tensors,
  bend: (x: tf.Tensor) => tf.Tensor = tf.relu,
): tf.Tensor {
  const error = tf.sub(perceptron(weights, tensorIn(data, 'x'), bend), tensorIn(data, 'y'));
  return tf.mean(tf.square(error), [1, 2]);
}
