// What queries say of each class by the class's support: prototypical networks, by the means and squared distance (Snell et al. 2017,
// arXiv:1703.05175).
import * as tf from '@tensorflow/tfjs-core';
import { unitRows } from '../layers/unit-rows.ts';
import { logSumExp } from '../losses/log-sum-exp.ts';

/** Minus the squared distances of queries [rows, width] to the means of `support` [ways * shots, width], class after class: [rows, ways]. */
export function prototypicalLogits(support: tf.Tensor, queries: tf.Tensor, ways: number): tf.Tensor {
  const width = support.shape.at(-1) ?? 1;
  const prototypes = tf.mean(tf.reshape(support, [ways, -1, width]), 1);
  const differences = tf.sub(tf.expandDims(queries, 1), tf.expandDims(prototypes, 0));
  return tf.neg(tf.sum(tf.square(differences), -1));
}

/** The same by the cosine, divided by `temperature`. */
export function cosineLogits(
  support: tf.Tensor,
  queries: tf.Tensor,
  ways: number,
  temperature: number,
): tf.Tensor {
  const width = support.shape.at(-1) ?? 1;
  const prototypes = tf.mean(tf.reshape(support, [ways, -1, width]), 1);
  const cosines = tf.matMul(unitRows(queries), unitRows(prototypes), false, true);
  return tf.mul(cosines, 1 / temperature);
}

/**
 * Matching networks without context (Vinyals et al. 2016): the log of the attention that queries pay to the support rows of each class, by the cosine divided by
 * `temperature`.
 */
export function matchingLogits(
  support: tf.Tensor,
  queries: tf.Tensor,
  ways: number,
  temperature: number,
): tf.Tensor {
  const cosines = tf.matMul(unitRows(queries), unitRows(support), false, true);
  return logSumExp(tf.mul(tf.reshape(cosines, [queries.shape[0] ?? 1, ways, -1]), 1 / temperature));
}
