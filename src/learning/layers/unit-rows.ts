// Rows scaled to length 1. A row of zeros stays as it is and has a gradient of zeros, where that of a square root has none.
import * as tf from '@tensorflow/tfjs-core';

/** Over the last axis. */
export function unitRows(x: tf.Tensor2D): tf.Tensor2D;
export function unitRows(x: tf.Tensor): tf.Tensor;
export function unitRows(x: tf.Tensor): tf.Tensor {
  const square = tf.maximum(tf.sum(tf.square(x), -1, true), 1e-24); // [..., 1]
  return tf.mul(x, tf.rsqrt(square));
}
