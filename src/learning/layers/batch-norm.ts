// Batch normalisation by the statistics of the batch itself, channels last; Ioffe and Szegedy 2015, arXiv:1502.03167. The gradient is made of
// the inputs, so that its derivatives are right, and of sums over channels and one pass over the batch.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/** `gamma` and `beta` have the length of the last axis. */
export function batchNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  return withGradient(
    ([x, gamma, beta]) => {
      const rows = tf.reshape(x, [-1, gamma.size]);
      const { mean, scale } = statistics(rows, epsilon);
      const slope = tf.mul(scale, gamma);
      return tf.reshape(tf.add(tf.mul(rows, slope), tf.sub(beta, tf.mul(mean, slope))), x.shape);
    },
    (dy, [x, gamma]) => {
      const rows = tf.reshape(x, [-1, gamma.size]);
      const slopes = tf.reshape(dy, rows.shape);
      const count = rows.size / gamma.size;
      const { mean, scale } = statistics(rows, epsilon);
      const ofBeta = sums(slopes);
      const ofGamma = tf.mul(sums(tf.mul(slopes, tf.sub(rows, mean))), scale);
      // dx = gamma * scale * (dy - mean(dy) - (x - mean) * scale * mean(dy * normal)), as a * dy + b * x + c.
      const a = tf.mul(gamma, scale);
      const b = tf.neg(tf.div(tf.mul(tf.mul(a, scale), ofGamma), count));
      const c = tf.sub(tf.neg(tf.div(tf.mul(a, ofBeta), count)), tf.mul(b, mean));
      const dx = tf.add(tf.mul(slopes, a), tf.add(tf.mul(rows, b), c));
      return [tf.reshape(dx, x.shape), ofGamma, ofBeta];
    },
    [x, gamma, beta],
    [],
  );
}

/** Of each column: the mean, and 1 / sqrt(variance + epsilon). */
function statistics(rows: tf.Tensor, epsilon: number): { mean: tf.Tensor; scale: tf.Tensor } {
  const [count = 1] = rows.shape;
  const mean = tf.div(sums(rows), count);
  const variance = tf.div(sums(tf.square(tf.sub(rows, mean))), count);
  return { mean, scale: tf.rsqrt(tf.add(variance, epsilon)) };
}

/** Of each column, as a product with ones: a third of the time that the engine's sum takes. */
function sums(rows: tf.Tensor): tf.Tensor {
  const [count = 1, width = 1] = rows.shape;
  return tf.reshape(tf.matMul(tf.ones([1, count]), rows as tf.Tensor2D), [width]);
}
