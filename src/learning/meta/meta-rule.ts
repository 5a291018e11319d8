// How a net that is trained on episodes says which class a query has: by the vectors of the support, or by adapting to it. Pure functions of tensors.
import * as tf from '@tensorflow/tfjs-core';
import { conv4 } from '../encoders/conv4.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import type { EpisodeShape } from './episodes.ts';
import { adaptedLogits, adaptingLoss, type Adapting } from './learner.ts';
import { matchingTemperature } from './matching.ts';
import { cosineLogits, matchingLogits, prototypicalLogits } from './prototypical.ts';

export type VectorRule = 'euclidean' | 'cosine' | 'matching';

export type MetaRule = { readonly name: 'vectors'; readonly rule: VectorRule } | Adapting;

/** What is minimised, from the `images` and `targets` of an episode. A scalar. */
export function lossFor(rule: MetaRule, weights: Tensors, batch: Tensors, shape: EpisodeShape): tf.Tensor {
  const [images, targets] = [tensorIn(batch, 'images'), tensorIn(batch, 'targets')];
  if (rule.name !== 'vectors') return adaptingLoss(weights, { images, targets }, shape, rule);
  return crossEntropy(logitsFor(rule, weights, images, shape), targets);
}

/** What is said of the queries: [queries, ways]. */
export function logitsFor(
  rule: MetaRule,
  weights: Tensors,
  images: tf.Tensor,
  shape: EpisodeShape,
): tf.Tensor {
  if (rule.name !== 'vectors') return adaptedLogits(weights, images, shape, rule);
  return vectorLogits(rule.rule, conv4(weights, images), shape);
}

/** The same from the vectors of an episode, support before queries, class after class: [ways * (shots + queries), width]. */
export function vectorLogits(
  rule: VectorRule,
  vectors: tf.Tensor,
  { ways, shots, queries: asked }: EpisodeShape,
): tf.Tensor {
  const [support, queries] = tf.split(vectors, [ways * shots, ways * asked]);
  if (support === undefined || queries === undefined) throw new RangeError('no support or no queries');
  switch (rule) {
    case 'euclidean':
      return prototypicalLogits(support, queries, ways);
    case 'cosine':
      return cosineLogits(support, queries, ways, matchingTemperature);
    case 'matching':
      return matchingLogits(support, queries, ways, matchingTemperature);
    default:
      return rule satisfies never;
  }
}
