// ResNets for pictures of 32 x 32 pixels as He et al. 2016 (arXiv:1512.03385, section 4.2) trained them on CIFAR-10, from a PyTorch state dict in safetensors:
// three stages of 16, 32 and 64 channels, shortcuts without weights. A picture's vector is what the last layer reads. Normalisation is folded into the filters.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../heads/head.ts';
import type { Tensors } from '../optimizers/optimizer.ts';
import { changedSafetensors } from '../safetensors-changed.ts';
import { openSafetensors } from '../safetensors.ts';
import {
  convolved,
  foldedConvolutions,
  unfoldedConvolutions,
  type NormalisedConvolution,
} from './folded-convolution.ts';
import type { NetInput } from './image-encoder.ts';
import { resnetBlocks, type ResNetBlock } from './resnet-names.ts';

const epsilon = 1e-5;
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

export const resnetInput: NetInput = {
  height: 32,
  width: 32,
  channels: 3,
  scale: deviation.map((sd) => 1 / (255 * sd)),
  shift: deviation.map((sd, c) => -(mean[c] ?? 0) / sd),
};

export interface FoldedResNet {
  /** `conv1.filter` and `conv1.bias`, then those of each block, `layer1.0.conv1.filter` …; the last layer, `linear`, is no part of them. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly blocks: readonly ResNetBlock[];
}

/** Throws `ModelError` where the file is damaged or another net. */
export function foldedResNet(bytes: Uint8Array, file: string): FoldedResNet {
  const stored = openSafetensors(bytes, file);
  const blocks = resnetBlocks(stored.has);
  return { tensors: foldedConvolutions(stored, convolutions(blocks), file), blocks };
}

/** The file with these filters and biases. */
export function unfoldedResNet(
  bytes: Uint8Array,
  tensors: Readonly<Record<string, Tensor>>,
  file: string,
): Uint8Array<ArrayBuffer> {
  const stored = openSafetensors(bytes, file);
  const changed = unfoldedConvolutions(stored, tensors, convolutions(resnetBlocks(stored.has)), file);
  return changedSafetensors(bytes, changed, file);
}

/** Vectors [rows, 64] of pictures [rows, 32, 32, 3]. */
export function resnetVectors(
  weights: Tensors,
  blocks: readonly ResNetBlock[],
  images: tf.Tensor4D,
): tf.Tensor2D {
  const at = (x: tf.Tensor4D, name: string, stride: number): tf.Tensor4D =>
    convolved(x, weights, { name }, { stride, padding: 1 });
  let x: tf.Tensor4D = tf.relu(at(images, 'conv1', 1));
  for (const { name, stride } of blocks) {
    const first = tf.relu(at(x, `${name}.conv1`, stride));
    const inside = at(first, `${name}.conv2`, 1);
    x = tf.relu(tf.add<tf.Tensor4D>(inside, shortcut(x, inside.shape[3], stride)));
  }
  return tf.mean<tf.Tensor2D>(x, [1, 2]);
}

/** Every second pixel, and channels of zeros on both sides. */
function shortcut(x: tf.Tensor4D, channels: number, stride: number): tf.Tensor4D {
  if (stride === 1) return x;
  const [rows, height, width, own] = x.shape;
  const sparse = tf.stridedSlice(x, [0, 0, 0, 0], [rows, height, width, own], [1, stride, stride, 1]);
  const sides = (channels - own) / 2;
  return tf.pad4d(sparse as tf.Tensor4D, [
    [0, 0],
    [0, 0],
    [0, 0],
    [sides, sides],
  ]);
}

function convolutions(blocks: readonly ResNetBlock[]): readonly NormalisedConvolution[] {
  const named = (convolution: string, normal: string): NormalisedConvolution => ({
    name: convolution,
    convolution,
    normal,
    epsilon,
  });
  const inside = blocks.flatMap(({ name }) =>
    ['1', '2'].map((number) => named(`${name}.conv${number}`, `${name}.bn${number}`)),
  );
  return [named('conv1', 'bn1'), ...inside];
}
