// Layer normalisation over the last axis; Ba et al. 2016, arXiv:1607.06450. The gradient computes what it needs again, so
// that going forward stays one operator of the engine, which gives the mean and the scale of each row for the gradient as well.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/** `gamma` and `beta` have the length of the last axis. */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  return withGradient(
    ([x, gamma, beta]) => {
      const { centred, scale } = parts(x, epsilon);
      return tf.add(tf.mul(tf.mul(centred, scale), gamma), beta);
    },
    (dy, [x, gamma]) => {
      const width = gamma.size;
      const { centred, scale } = parts(tf.reshape(x, [-1, width]), epsilon); // [rows, width], [rows, 1]
      const rows = tf.reshape(dy, [-1, width]);
      const column = tf.reshape(gamma, [width, 1]);
      const scaled = tf.mul(rows, scale);
      const along = tf.mul(scaled, centred);
      // The means of each row, as products with gamma: no pass over memory is spent on multiplying by it.
      const shift = tf.div(tf.matMul(scaled, column), width); // [rows, 1]
      const share = tf.mul(tf.div(tf.matMul(along, column), width), tf.square(scale)); // [rows, 1]
      const dx = tf.sub(tf.sub(tf.mul(scaled, gamma), shift), tf.mul(centred, share));
      return [tf.reshape(dx, x.shape), tf.sum(along, 0), tf.sum(rows, 0)];
    },
    [x, gamma, beta],
    [],
  );
}

/** x - mean, and 1 / sqrt(variance + epsilon) with a last axis of 1. */
function parts(x: tf.Tensor, epsilon: number): { centred: tf.Tensor; scale: tf.Tensor } {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return { centred, scale: tf.rsqrt(tf.add(variance, epsilon)) };
}
