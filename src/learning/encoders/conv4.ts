// The net of most few-shot work on small images: four blocks of a 3x3 convolution to 64 channels, batch normalisation, ReLU and 2x2 max pooling
// (Vinyals et al. 2016, arXiv:1606.04080; Snell et al. 2017, arXiv:1703.05175). Images are [rows, height, width, channels].
import * as tf from '@tensorflow/tfjs-core';
import { batchNorm } from '../layers/batch-norm.ts';
import { shallowBlock, shallowDepth } from '../layers/shallow-block.ts';
import { tensorIn } from '../optimizers/optimizer.ts';
import type { Tensors } from '../optimizers/optimizer.ts';

export const conv4Blocks = 4;
const width = 64;
export const conv4Epsilon = 1e-5; // PyTorch's

/** Shapes of the weights by name; filters are [height, width, in, out]. */
export function conv4Shapes(channels: number): Readonly<Record<string, readonly number[]>> {
  const shapes: Record<string, readonly number[]> = {};
  for (let block = 0; block < conv4Blocks; block++) {
    shapes[`${block}.filter`] = [3, 3, block === 0 ? channels : width, width];
    for (const name of ['bias', 'gamma', 'beta']) shapes[`${block}.${name}`] = [width];
  }
  return shapes;
}

/** Vectors [rows, features] of images; each batch is normalised by its own statistics. */
export function conv4(weights: Tensors, images: tf.Tensor): tf.Tensor {
  let x = images as tf.Tensor4D;
  for (let block = 0; block < conv4Blocks; block++) {
    const named = (name: string): tf.Tensor => tensorIn(weights, `${block}.${name}`);
    const [filter, gamma] = [named('filter') as tf.Tensor4D, named('gamma')];
    // What a bias adds, normalisation by the batch takes away: its gradient is 0, and it is not added. Only a frozen net reads it.
    const beta = tf.add(named('beta'), tf.mul(named('bias'), 0));
    // The greatest of what ReLU leaves is what ReLU leaves of the greatest, on a quarter of the numbers.
    x = tf.relu(block === 0 ? first(x, filter, gamma, beta) : later(x, filter, gamma, beta));
  }
  return tf.reshape(x, [images.shape[0] ?? 1, -1]);
}

function first(x: tf.Tensor4D, filter: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor4D {
  const few = 9 * x.shape[3] <= shallowDepth;
  return (few ? shallowBlock : later)(x, filter, gamma, beta, conv4Epsilon);
}

function later(x: tf.Tensor4D, filter: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor4D {
  const normal = batchNorm(tf.conv2d(x, filter, 1, 'same'), gamma, beta, conv4Epsilon);
  return tf.maxPool(normal as tf.Tensor4D, 2, 2, 'valid');
}
