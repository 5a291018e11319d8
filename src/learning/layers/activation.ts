// The activations of encoders, by the names that transformers gives them.
import * as tf from '@tensorflow/tfjs-core';
import { gelu } from './gelu.ts';

export function activate(name: 'gelu' | 'gelu_new' | 'gelu_pytorch_tanh' | 'relu', x: tf.Tensor): tf.Tensor {
  switch (name) {
    case 'gelu':
      return gelu(x);
    case 'gelu_new':
    case 'gelu_pytorch_tanh':
      return geluByTanh(x);
    case 'relu':
      return tf.relu(x);
    default:
      return name satisfies never;
  }
}

/** The approximation with the hyperbolic tangent; Hendrycks and Gimpel 2016, arXiv:1606.08415. */
function geluByTanh(x: tf.Tensor): tf.Tensor {
  const cubed = tf.mul(tf.square(x), x);
  const inner = tf.mul(tf.add(x, tf.mul(cubed, 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}
