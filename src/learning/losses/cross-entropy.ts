// The cross-entropy of a softmax over the last axis, from logits, right to the second derivative.
import * as tf from '@tensorflow/tfjs-core';
import { logSumExp } from './log-sum-exp.ts';

/**
 * The mean over rows, weighted where there are weights [rows] whose sum is not 0. `targets` are shares of each label and sum to 1 in
 * each row; both are [rows, labels].
 */
export function crossEntropy(logits: tf.Tensor, targets: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  const hit = tf.sum(tf.mul(logits, targets), -1); // [rows]
  const losses = tf.sub(logSumExp(logits), hit); // [rows]
  if (weights === undefined) return tf.mean(losses);
  return tf.div(tf.sum(tf.mul(losses, weights)), tf.sum(weights));
}
