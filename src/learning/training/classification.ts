// The label of each text, by a softmax over scores that are linear in its vector: the objective of plain fine-tuning. The scores start as
// those of a classifier that is given (Kumar et al. 2022, arXiv:2202.10054), so that the encoder is not led astray by random ones.
import * as tf from '@tensorflow/tfjs-core';
import type { Head } from '../heads/head.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import { passesOf } from './batches.ts';
import type { Batch } from './train.ts';
import type { Objective } from './tune-net.ts';

export interface ClassifiedTexts {
  /** Shares of each label. [texts, labels] */
  readonly targets: Float64Array;
  /** How much each text counts. [texts] */
  readonly weights: Float64Array;
  /** A head of the kind `logistic`. */
  readonly start: Head;
}

export interface ClassificationOptions {
  /** Texts of a step; the last of a pass has fewer where it does not come out even. */
  readonly size: number;
  /** The share of each target that is spread over all labels. */
  readonly smoothing: number;
  /** Of the order of the texts. */
  readonly seed: number;
}

const [scale, shift] = ['head weight', 'head bias'];

/** With the number of steps in which every text is learnt from once. The caller disposes the weights. */
export function classification(
  { targets, weights, start }: ClassifiedTexts,
  { size, smoothing, seed }: ClassificationOptions,
): Objective & { readonly stepsAPass: number } {
  const { labels } = start;
  const passes = passesOf({ rows: weights.length, size, seed });
  return {
    stepsAPass: passes.perPass,
    weights: classifierWeights(start),
    plan: passes.plan,
    inputs: inputsOf,
    loss: (vectors, tensors) =>
      crossEntropy(
        classifierScores(vectors, tensors),
        tensorIn(tensors, 'targets'),
        tensorIn(tensors, 'counts'),
      ),
  };

  function inputsOf(texts: readonly number[], room: number): Batch {
    const shares = new Float32Array(room * labels).fill(1 / labels);
    const counts = new Float32Array(room);
    texts.forEach((text, i) => {
      counts[i] = weights[text] ?? 0;
      for (let label = 0; label < labels; label++)
        shares[i * labels + label] =
          (1 - smoothing) * (targets[text * labels + label] ?? 0) + smoothing / labels;
    });
    return {
      targets: { data: shares, shape: [room, labels], type: 'float32' },
      counts: { data: counts, shape: [room], type: 'float32' },
    };
  }
}

/** Of vectors [texts, width] the scores [texts, labels] by these weights. */
export function classifierScores(vectors: tf.Tensor2D, tensors: Tensors): tf.Tensor {
  return tf.add(tf.matMul(vectors, tensorIn(tensors, scale)), tensorIn(tensors, shift));
}

/** The head that training has made of its start. */
export function classificationHead(start: Head, trained: ReadonlyMap<string, Float32Array>): Head {
  const [weight = new Float32Array(), bias = new Float32Array()] = [trained.get(scale), trained.get(shift)];
  const { labels } = start;
  const width = weight.length / labels;
  return {
    kind: 'logistic',
    labels,
    settings: {},
    tensors: {
      weight: { shape: [labels, width], data: turned(weight, width, labels) },
      bias: { shape: [labels], data: bias },
    },
  };
}

/** Weights of a classifier that is trained along, as the head has them. */
export function classifierWeights({ tensors, labels }: Head): Objective['weights'] {
  const { weight, bias } = tensors;
  if (weight === undefined || bias === undefined) throw new Error('not the head of a logistic regression');
  const width = weight.data.length / labels;
  return {
    [scale]: tf.tensor2d(turned(weight.data, labels, width), [width, labels]),
    [shift]: tf.tensor1d(bias.data),
  };
}

/** [rows, columns] to [columns, rows]. */
function turned(data: Float32Array, rows: number, columns: number): Float32Array {
  return data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
}
