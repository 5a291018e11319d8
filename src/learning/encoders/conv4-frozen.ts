// conv4 once it is trained: normalised by statistics of many pictures instead of those of the batch (Ioffe and Szegedy 2015, algorithm 2), so that a picture's
// vector depends on it alone. They are folded into the filters.
import * as tf from '@tensorflow/tfjs-core';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import { conv4Blocks, conv4Epsilon } from './conv4.ts';

/** Filters and biases by block, `0.filter` and `0.bias`, for `conv4Vectors`. The mean over batches of pictures [rows, height, width, channels] is taken. */
export async function freezeConv4(
  weights: Tensors,
  batches: readonly (() => tf.Tensor4D)[],
): Promise<Tensors> {
  const frozen: Record<string, tf.Tensor> = {};
  for (let block = 0; block < conv4Blocks; block += 1) {
    const sums: { mean: Float64Array; variance: Float64Array } = {
      mean: new Float64Array(0),
      variance: new Float64Array(0),
    };
    for (const batch of batches) {
      const [mean, variance] = tf.tidy(() => {
        const seen = convolved(before(frozen, batch(), block), weights, block);
        const moments = tf.moments(seen, [0, 1, 2]);
        return [moments.mean, moments.variance];
      });
      addTo(sums, 'mean', await mean.data(), batches.length);
      addTo(sums, 'variance', await variance.data(), batches.length);
      tf.dispose([mean, variance]);
    }
    Object.assign(frozen, folded(weights, block, sums));
  }
  return frozen;
}

/** Vectors [rows, features] by frozen weights. */
export function conv4Vectors(frozen: Tensors, images: tf.Tensor4D): tf.Tensor2D {
  const x = before(frozen, images, conv4Blocks);
  return tf.reshape(x, [images.shape[0], -1]);
}

function before(frozen: Tensors, images: tf.Tensor4D, blocks: number): tf.Tensor4D {
  let x = images;
  for (let block = 0; block < blocks; block += 1)
    x = tf.relu(tf.maxPool(convolved(x, frozen, block), 2, 2, 'valid'));
  return x;
}

function convolved(x: tf.Tensor4D, weights: Tensors, block: number): tf.Tensor4D {
  const filter = tensorIn(weights, `${block}.filter`) as tf.Tensor4D;
  return tf.add(tf.conv2d(x, filter, 1, 'same'), tensorIn(weights, `${block}.bias`));
}

function folded(
  weights: Tensors,
  block: number,
  { mean, variance }: { readonly mean: Float64Array; readonly variance: Float64Array },
): Tensors {
  const named = (name: string): tf.Tensor => tensorIn(weights, `${block}.${name}`);
  const made = tf.tidy(() => {
    const level = tf.tensor1d(Float32Array.from(mean));
    const scale = tf.mul(
      named('gamma'),
      tf.rsqrt(tf.add(tf.tensor1d(Float32Array.from(variance)), conv4Epsilon)),
    );
    return {
      filter: tf.mul(named('filter'), scale),
      bias: tf.add(tf.mul(tf.sub(named('bias'), level), scale), named('beta')),
    };
  });
  return { [`${block}.filter`]: made.filter, [`${block}.bias`]: made.bias };
}

function addTo(
  sums: { mean: Float64Array; variance: Float64Array },
  name: 'mean' | 'variance',
  values: ArrayLike<number>,
  count: number,
): void {
  const before = sums[name];
  sums[name] = Float64Array.from(values, (value, i) => (before[i] ?? 0) + value / count);
}
