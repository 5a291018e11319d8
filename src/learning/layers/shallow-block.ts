// A 3x3 convolution of images with few channels, batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167) and 2x2 max pooling, as one. What a window sees is
// then few numbers, and the moments of what filters make of it follow from their covariance: so normalisation goes into the filters, and no pass is made
// over the many numbers that they give. Each place of the pooling has a product of its own.
import * as tf from '@tensorflow/tfjs-core';
import { firstGreatest } from './first-greatest.ts';

/** Windows with so many numbers at most are few. */
export const shallowDepth = 32;

/** `images` [rows, height, width, channels], `filter` [3, 3, channels, out]: [rows, height / 2, width / 2, out], an odd last line or column left out. */
export function shallowBlock(
  images: tf.Tensor4D,
  filter: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  epsilon: number,
): tf.Tensor4D {
  const [rows, height, width, channels] = images.shape;
  const seen = windowsOf(images);
  const [depth, out] = [9 * channels, gamma.size];
  const { mean, covariance } = momentsOf(tf.reshape(seen, [depth, -1]));
  const filters = tf.reshape(filter, [depth, out]);
  const variance = tf.sum(tf.mul(filters, tf.matMul(covariance, filters)), 0);
  const slope = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
  const level = tf.sub(beta, tf.mul(tf.squeeze(tf.matMul(mean, filters), [0]), slope));
  const scaled = tf.mul(filters, slope);
  const [tall, wide] = [Math.floor(height / 2), Math.floor(width / 2)];
  const parts = [0, 1].flatMap((top) =>
    [0, 1].map((left) => {
      const own = tf.stridedSlice(seen, [0, 0, top, left], [depth, rows, top + 2 * tall - 1, left + 2 * wide - 1], [1, 1, 2, 2]); // prettier-ignore
      return tf.matMul(tf.reshape(own, [depth, -1]), scaled, true);
    }),
  );
  return tf.reshape(tf.add(firstGreatest(parts), level), [rows, tall, wide, out]);
}

/** What all windows see at each of their places, zero outside: [9 * channels, rows, height, width]. */
function windowsOf(images: tf.Tensor4D): tf.Tensor4D {
  const [rows, height, width, channels] = images.shape;
  const padded = tf.pad(tf.transpose(images, [3, 0, 1, 2]), [[0, 0], [0, 0], [1, 1], [1, 1]]); // prettier-ignore
  const places = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => tf.slice(padded, [0, 0, i, j], [channels, rows, height, width])),
  );
  return tf.concat<tf.Tensor4D>(places, 0);
}

/** Of each row of `values`, across its columns: the mean [1, rows], and the covariances [rows, rows]. */
function momentsOf(values: tf.Tensor): { readonly mean: tf.Tensor; readonly covariance: tf.Tensor } {
  const mean = tf.mean(values, 1, true);
  const centred = tf.sub(values, mean);
  const count = values.shape[1] ?? 1;
  return {
    mean: tf.reshape(mean, [1, -1]),
    covariance: tf.mul(tf.matMul(centred, centred, false, true), 1 / count),
  };
}
