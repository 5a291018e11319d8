// The Gaussian error linear unit, exact, with the error function; Hendrycks and Gimpel 2016, arXiv:1606.08415. The gradient
// computes what it needs again, so that going forward stays one operator of the engine.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

export function gelu(x: tf.Tensor): tf.Tensor {
  return withGradient(
    ([x]) => tf.mul(tf.mul(x, 0.5), bell(x)),
    (dy, [x]) => {
      const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return [tf.mul(dy, tf.add(tf.mul(bell(x), 0.5), tf.mul(x, density)))];
    },
    [x],
    [],
  );
}

/** 1 + erf(x / sqrt 2): twice the share of the normal distribution below `x`. */
function bell(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1);
}
