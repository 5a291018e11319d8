// Losses over all pairs of a batch's texts, after which vectors of one label are near and those of others far; near is the cosine.
// Which pairs count is given, so that padding, a text with itself and equal texts are left out. Knows no encoders.
import * as tf from '@tensorflow/tfjs-core';
import { unitRows } from '../layers/unit-rows.ts';
import { logSumExp } from './log-sum-exp.ts';

/** 1 for pairs of that kind, 0 elsewhere; no pair is of both kinds. [texts, texts] each */
export interface Pairs {
  readonly same: tf.Tensor;
  readonly different: tf.Tensor;
}

/** A scalar, from vectors [texts, width]. */
export type PairLoss = (vectors: tf.Tensor, pairs: Pairs) => tf.Tensor;

/**
 * The squared error of the cosine, against 1 for pairs of one label and 0 for others: sentence-transformers' `CosineSimilarityLoss`.
 * Both kinds weigh half, as where one draws as many pairs of each.
 */
export const cosineLoss: PairLoss = (vectors, pairs) => likenessLoss(vectors, pairs, pairs.same);

/**
 * The same where two texts may be alike in part: against `likeness` [texts, texts], which is 0 for pairs that are `different`. Pairs that
 * are alike at all weigh half, and the others half.
 */
export function likenessLoss(vectors: tf.Tensor, { same, different }: Pairs, likeness: tf.Tensor): tf.Tensor {
  const cosines = cosinesOf(vectors); // [texts, texts]
  const near = meanOver(same, tf.square(tf.sub(cosines, likeness)));
  const far = meanOver(different, tf.square(cosines));
  return tf.div(tf.add(near, far), atLeastOne(tf.add(anyIn(same), anyIn(different))));
}

const temperature = 0.07;

/**
 * Of each text, the cross-entropy between the others of its label and all others, as `SupConLoss` of Khosla et al. 2020
 * (arXiv:2004.11362) at its temperature, 0.07; the mean over texts that have others of their label.
 */
export const supervisedContrastiveLoss: PairLoss = (vectors, { same, different }) => {
  const scores = tf.div(cosinesOf(vectors), temperature);
  const all = logSumExp(only(tf.add(same, different), scores)); // [texts]
  const shares = tf.div(tf.sub(tf.expandDims(all, 1), scores), atLeastOne(tf.sum(same, 1, true)));
  const losses = tf.sum(tf.mul(same, shares), 1); // [texts]
  return meanOver(anyInRow(same), losses);
};

const margin = 0.25;

/**
 * Of each text, how much farther the farthest of its label is than the nearest of another, plus a margin of 0.25 and not below 0, by
 * one minus the cosine: `BatchHardTripletLoss` of Hermans et al. 2017 (arXiv:1703.07737). The mean over texts that have both.
 */
export const tripletLoss: PairLoss = (vectors, { same, different }) => {
  const cosines = cosinesOf(vectors);
  const farthest = tf.neg(tf.max(only(same, tf.neg(cosines)), 1)); // [texts], the least cosine
  const nearest = tf.max(only(different, cosines), 1); // [texts]
  const both = tf.mul(anyInRow(same), anyInRow(different));
  // Texts that lack one of the two have numbers without meaning there, which must not reach the product.
  const apart = tf.where(tf.cast(both, 'bool'), tf.sub(nearest, farthest), tf.zerosLike(nearest));
  return meanOver(both, tf.relu(tf.add(apart, margin)));
};

const scale = 20;

/**
 * Of each pair of one label, the cross-entropy of that pair against all of its first text's pairs with other labels, with cosines
 * times 20: sentence-transformers' `MultipleNegativesRankingLoss`, but that no text of the same label is taken for a negative.
 */
export const multipleNegativesLoss: PairLoss = (vectors, { same, different }) => {
  const scores = tf.mul(cosinesOf(vectors), scale);
  const others = logSumExp(only(different, scores)); // [texts]
  // log(exp(own) + exp(others)) - own, without overflow
  const losses = tf.softplus(tf.sub(tf.expandDims(others, 1), scores)); // [texts, texts]
  return meanOver(same, losses);
};

/** [texts, texts] */
function cosinesOf(vectors: tf.Tensor): tf.Tensor {
  const unit = unitRows(vectors);
  return tf.matMul(unit, unit, false, true);
}

/** Far below all scores where there is no such pair. */
function only(pairs: tf.Tensor, scores: tf.Tensor): tf.Tensor {
  return tf.add(scores, tf.mul(tf.sub(pairs, 1), 1e9));
}

/** The mean of the values that are marked with 1; 0 where none is. */
function meanOver(marked: tf.Tensor, values: tf.Tensor): tf.Tensor {
  return tf.div(tf.sum(tf.mul(marked, values)), atLeastOne(tf.sum(marked)));
}

/** 1 where any is marked. */
function anyIn(marked: tf.Tensor): tf.Tensor {
  return tf.minimum(tf.sum(marked), 1);
}

function anyInRow(marked: tf.Tensor): tf.Tensor {
  return tf.minimum(tf.sum(marked, 1), 1);
}

function atLeastOne(x: tf.Tensor): tf.Tensor {
  return tf.maximum(x, 1);
}
