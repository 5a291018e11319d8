// The cross-entropy of a softmax over the last axis, from logits, right to the second derivative.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '../layers/with-gradient.ts';

/** The mean over rows. `targets` are shares of each label and sum to 1 in each row; both are [rows, labels]. */
export function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const hit = tf.sum(tf.mul(logits, targets), -1); // [rows]
  return tf.mean(tf.sub(logSumExp(logits), hit));
}

/** Over the last axis, which goes. */
function logSumExp(x: tf.Tensor): tf.Tensor {
  return withGradient(
    ([x]) => {
      const top = tf.max(x, -1, true);
      const sum = tf.sum(tf.exp(tf.sub(x, top)), -1);
      return tf.add(tf.log(sum), tf.squeeze(top, [-1]));
    },
    (dy, [x]) => [tf.mul(tf.expandDims(dy, -1), tf.softmax(x))],
    [x],
    [],
  );
}
