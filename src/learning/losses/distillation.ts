// Losses between what a student and its teacher make of the same texts: probabilities, vectors, states of layers, and where layers look.
// Each is 0 where both are equal. Padding counts for nothing. Knows no encoders.
import * as tf from '@tensorflow/tfjs-core';
import { unitRows } from '../layers/unit-rows.ts';
import { crossEntropy } from './cross-entropy.ts';

export interface SoftTargets {
  /** The teacher's probabilities at `temperature`. [texts, labels] */
  readonly taught: tf.Tensor;
  readonly temperature: number;
  /** How much each text counts. [texts] */
  readonly counts: tf.Tensor;
}

/**
 * The Kullback-Leibler divergence of softmax(logits / T) from the teacher's probabilities, times T^2, which keeps its gradient of one
 * size whatever the temperature (Hinton, Vinyals and Dean 2015, arXiv:1503.02531); the mean over texts.
 */
export function softLabelLoss(logits: tf.Tensor, { taught, temperature, counts }: SoftTargets): tf.Tensor {
  const apart = crossEntropy(tf.div(logits, temperature), taught, counts);
  const surprise = tf.neg(tf.sum(tf.mul(taught, tf.log(tf.maximum(taught, 1e-30))), -1)); // [texts]
  return tf.mul(tf.sub(apart, meanOver(surprise, counts)), temperature ** 2);
}

/** One minus the cosine of the vectors of each text [texts, width]; the mean over texts. */
export function vectorLoss(student: tf.Tensor, teacher: tf.Tensor, counts: tf.Tensor): tf.Tensor {
  const cosines = tf.sum(tf.mul(unitRows(student), unitRows(teacher)), -1); // [texts]
  return meanOver(tf.sub(1, cosines), counts);
}

/** The mean square of the difference of states [tokens, width]; `filled` [tokens] is 1 where there is a token. */
export function stateLoss(student: tf.Tensor, teacher: tf.Tensor, filled: tf.Tensor): tf.Tensor {
  return meanOver(tf.mean(tf.squaredDifference(student, teacher), -1), filled);
}

/**
 * The mean square of the difference of attention scores [texts, heads, places, places] before their softmax, over the places of tokens
 * (TinyBERT; Jiao et al. 2020, arXiv:1909.10351). `present` [texts, places, 1] is 1 where there is a token.
 */
export function scoreLoss(student: tf.Tensor, teacher: tf.Tensor, present: tf.Tensor): tf.Tensor {
  const errors = tf.mean(tf.squaredDifference(student, teacher), 1); // [texts, places, places]
  return meanOver(errors, tf.matMul(present, present, false, true));
}

/** Weighted; the weights are not all 0. */
function meanOver(values: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  return tf.div(tf.sum(tf.mul(values, weights)), tf.sum(weights));
}
