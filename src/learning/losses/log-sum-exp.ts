// The logarithm of a sum of exponentials over the last axis, without overflow, and right to the second derivative.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '../layers/with-gradient.ts';

/** The last axis goes. */
export function logSumExp(x: tf.Tensor): tf.Tensor {
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
