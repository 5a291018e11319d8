// The Gaussian error linear unit, exact, with the error function; Hendrycks and Gimpel 2016, arXiv:1606.08415. The gradient
// computes what it needs again, so that going forward stays one operator of the engine.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

export function gelu(x: tf.Tensor): tf.Tensor {
  return withGradient(
    ([x]) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1)),
    (dy, [x]) => {
      // Twice the share below x is 1 + erf(u), twice x times the density 2 u exp(-u^2) / sqrt(pi), with u = x / sqrt 2. Every
      // operation is a pass over memory: the factor goes into the exponent, and the half to `dy`, where it joins a product of matrices.
      const u = tf.mul(x, Math.SQRT1_2);
      const density = tf.exp(tf.sub(Math.log(2 / Math.sqrt(Math.PI)), tf.square(u)));
      const twice = tf.add(tf.add(tf.erf(u), tf.mul(u, density)), 1);
      return [tf.mul(tf.mul(dy, 0.5), twice)];
    },
    [x],
    [],
  );
}
