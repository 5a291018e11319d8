// Layer normalisation over the last axis; Ba et al. 2016, arXiv:1607.06450. The gradient computes what it needs again, so
// that going forward stays one operator of the engine.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/** `gamma` and `beta` have the length of the last axis. */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  return withGradient(
    ([x, gamma, beta]) => tf.add(tf.mul(normal(x, epsilon).normal, gamma), beta),
    (dy, [x, gamma]) => {
      const { normal: n, scale } = normal(x, epsilon);
      const rows = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
      const g = tf.mul(dy, gamma); // by the normal, as x
      const along = tf.mul(n, tf.mean(tf.mul(g, n), -1, true));
      const dx = tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), along), scale);
      return [dx, tf.sum(tf.mul(dy, n), rows), tf.sum(dy, rows)];
    },
    [x, gamma, beta],
    [],
  );
}

function normal(x: tf.Tensor, epsilon: number): { normal: tf.Tensor; scale: tf.Tensor } {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true); // [..., 1]
  const scale = tf.rsqrt(tf.add(variance, epsilon)); // [..., 1]
  return { normal: tf.mul(centred, scale), scale };
}
