// Batch normalisation by the statistics of the batch itself, channels last; Ioffe and Szegedy 2015, arXiv:1502.03167. The gradient is made of
// the inputs, so that its derivatives are right; what both ways need is computed once, which needs the same numbers in both.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/** `gamma` and `beta` have the length of the last axis. */
export function batchNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  const count = x.size / gamma.size;
  const share = tf.fill([1, count], 1 / count);
  return withGradient(
    ([x, gamma, beta]) => {
      const rows = tf.reshape(x, [-1, gamma.size]);
      const { mean, scale } = statistics(rows, share, epsilon);
      const slope = tf.mul(scale, gamma);
      return tf.reshape(tf.add(tf.mul(rows, slope), tf.sub(beta, tf.mul(mean, slope))), x.shape);
    },
    (dy, [x, gamma], [share]) => {
      const rows = tf.reshape(x, [-1, gamma.size]);
      const slopes = tf.reshape(dy, rows.shape);
      const { mean, centred, scale } = statistics(rows, share, epsilon);
      const level = means(slopes, share);
      const along = tf.mul(means(tf.mul(slopes, centred), share), scale);
      // dx = gamma * scale * (dy - mean(dy) - normal * mean(dy * normal)), as a * dy + b * x + c.
      const a = tf.mul(gamma, scale);
      const b = tf.neg(tf.mul(tf.mul(a, scale), along));
      const c = tf.neg(tf.add(tf.mul(a, level), tf.mul(b, mean)));
      const dx = tf.add(tf.mul(slopes, a), tf.add(tf.mul(rows, b), c));
      return [tf.reshape(dx, x.shape), tf.mul(along, count), tf.mul(level, count)];
    },
    [x, gamma, beta],
    [share],
  );
}

/** Of each column: the mean, what is above it, and 1 / sqrt(variance + epsilon). */
function statistics(
  rows: tf.Tensor,
  share: tf.Tensor,
  epsilon: number,
): { mean: tf.Tensor; centred: tf.Tensor; scale: tf.Tensor } {
  const mean = means(rows, share);
  const centred = tf.sub(rows, mean);
  const variance = means(tf.square(centred), share);
  return { mean, centred, scale: tf.rsqrt(tf.add(variance, epsilon)) };
}

/** Of each column, as a product with equal shares: half the time that the engine's mean takes. */
function means(rows: tf.Tensor, share: tf.Tensor): tf.Tensor {
  return tf.squeeze(tf.matMul(share, rows), [0]);
}
