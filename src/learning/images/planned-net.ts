// Nets of transformers as they are planned, on tensors.
import * as tf from '@tensorflow/tfjs-core';
import { activate } from '../layers/activation.ts';
import type { Tensors } from '../optimizers/optimizer.ts';
import { convolved } from './folded-convolution.ts';
import type { NetActivation, PlannedBlock, PlannedConvolution } from './net-plan.ts';

/** Vectors [rows, channels] of pictures [rows, height, width, channels]: the mean over the pixels of what the last block gives. */
export function plannedVectors(
  weights: Tensors,
  blocks: readonly PlannedBlock[],
  images: tf.Tensor4D,
): tf.Tensor2D {
  return tf.mean<tf.Tensor2D>(
    blocks.reduce((x, block) => through(x, weights, block), images),
    [1, 2],
  );
}

function through(
  x: tf.Tensor4D,
  weights: Tensors,
  { inside, shortcut, activation, pooled }: PlannedBlock,
): tf.Tensor4D {
  const layer = (given: tf.Tensor4D, one: PlannedConvolution): tf.Tensor4D =>
    activated(convolved(given, weights, one, one), one.activation);
  const own = inside.reduce(layer, x);
  const sum =
    shortcut === 'none' ? own : tf.add<tf.Tensor4D>(own, shortcut === 'same' ? x : layer(x, shortcut));
  const result = activated(sum, activation);
  return pooled === true ? tf.maxPool(result, 3, 2, 1) : result;
}

function activated(x: tf.Tensor4D, name: NetActivation | undefined): tf.Tensor4D {
  if (name === undefined) return x;
  return name === 'relu6' ? tf.relu6(x) : (activate(name, x) as tf.Tensor4D);
}
