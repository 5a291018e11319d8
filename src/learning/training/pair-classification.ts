// The label of each pair of texts, by a softmax over scores that are linear in the features of two vectors: each text is encoded alone, with the same weights
// (Reimers and Gurevych 2019, arXiv:1908.10084). As `classification` otherwise.
import * as tf from '@tensorflow/tfjs-core';
import { classification, type ClassificationOptions, type ClassifiedTexts } from './classification.ts';
import type { Objective } from './tune-net.ts';

/** Of texts that stand two by two: those of the first row, those of the second … */
export function pairClassification(
  rows: ClassifiedTexts,
  options: ClassificationOptions,
): Objective & { readonly stepsAPass: number } {
  const whole = classification(rows, options);
  return {
    ...whole,
    plan: (steps) => whole.plan(steps).map((members) => members.flatMap((row) => [2 * row, 2 * row + 1])),
    inputs: (texts, room) =>
      whole.inputs(
        texts.filter((text) => text % 2 === 0).map((text) => text / 2),
        room / 2, // there is room for an even number, as every step has one
      ),
    loss: (vectors, tensors) => whole.loss(features(vectors), tensors),
  };
}

/** As `pairFeatures`, of vectors two by two: [2 * rows, width] to [rows, 2 * width + 1]. */
export function features(vectors: tf.Tensor2D): tf.Tensor2D {
  const [count, width] = vectors.shape;
  const rows = count / 2;
  const both = tf.reshape(vectors, [rows, 2 * width]);
  const u = tf.slice(both, [0, 0], [rows, width]);
  const v = tf.slice(both, [0, width], [rows, width]);
  const product = tf.mul(u, v); // [rows, width]
  const squares = tf.mul(tf.sum(tf.square(u), 1, true), tf.sum(tf.square(v), 1, true)); // [rows, 1]
  // A row that is only padding has zeros, and a gradient of zeros.
  const cosine = tf.mul(tf.sum(product, 1, true), tf.rsqrt(tf.maximum(squares, 1e-24)));
  return tf.concat([tf.abs(tf.sub(u, v)), product, cosine], 1) as tf.Tensor2D;
}
