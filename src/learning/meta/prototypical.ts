// The loss of prototypical networks: queries against the means of each class's support, by squared distance (Snell et al. 2017,
// arXiv:1703.05175).
import * as tf from '@tensorflow/tfjs-core';
import { unitRows } from '../layers/unit-rows.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { logSumExp } from '../losses/log-sum-exp.ts';

/**
 * `support` is [ways * shots, width], class after class; `queries` [rows, width] with `targets` [rows, ways], the share of each class.
 * The mean over queries.
 */
export function prototypicalLoss(
  support: tf.Tensor,
  queries: tf.Tensor,
  targets: tf.Tensor,
  ways: number,
): tf.Tensor {
  return crossEntropy(prototypicalLogits(support, queries, ways), targets);
}

/** Minus the squared distances of queries to prototypes: [rows, ways]. */
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
