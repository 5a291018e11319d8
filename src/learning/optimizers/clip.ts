// Gradient clipping by global norm; Pascanu et al. 2013, arXiv:1211.5063. Numbers as in PyTorch's `clip_grad_norm_`.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from './optimizer.ts';

/** Gradients whose common length is at most `limit`. */
export function clipByGlobalNorm(gradients: Tensors, limit: number): Tensors {
  const all = Object.entries(gradients);
  const norm = tf.sqrt(tf.addN(all.map(([, gradient]) => tf.sum(tf.square(gradient)))));
  const factor = tf.minimum(tf.div(tf.scalar(limit), tf.add(norm, 1e-6)), 1);
  return Object.fromEntries(all.map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
}
