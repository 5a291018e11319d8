// A net that adapts to a task by a few steps of descent on its support, and the losses by which it learns to: MAML (Finn et al. 2017, arXiv:1703.03400), ANIL, whose
// steps change the head alone (Raghu et al. 2020, arXiv:1909.09157), and Reptile (Nichol et al. 2018, arXiv:1803.02999). The net has a linear head. conv4
// normalises support and queries each by their own statistics, as Finn et al. do, so queries are answered together.
import * as tf from '@tensorflow/tfjs-core';
import { conv4 } from '../encoders/conv4.ts';
import { initialConv4 } from '../encoders/conv4-initial.ts';
import type { Tensor } from '../heads/head.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import { createRandom } from '../random.ts';
import { adapt } from './adapt.ts';
import { detached } from './detached.ts';
import type { EpisodeShape } from './episodes.ts';

/** How a net adapts; `steps` of `rate` in a task. */
export interface Adapting {
  readonly name: 'maml' | 'anil' | 'reptile';
  readonly steps: number;
  readonly rate: number;
  /** Of Reptile always 1. */
  readonly order: 1 | 2;
}

/** Pictures to vectors [rows, width]. */
export type Net = (weights: Tensors, images: tf.Tensor) => tf.Tensor;

/** Weights of the head among those of the net. */
const headNames = ['head.weight', 'head.bias'] as const;

export interface PictureSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The head starts small and at random, so that its rows differ. */
export function initialLearner(
  { height, width, channels }: PictureSize,
  ways: number,
  seed: number,
): Readonly<Record<string, Tensor>> {
  const features = 64 * Math.floor(height / 16) * Math.floor(width / 16);
  const random = createRandom(seed, 'conv4', 'head');
  const scale = 1 / Math.sqrt(features);
  const data = Float32Array.from({ length: features * ways }, () => random.normal() * scale);
  return {
    ...initialConv4(channels, seed),
    'head.weight': { shape: [features, ways], data },
    'head.bias': { shape: [ways], data: new Float32Array(ways) },
  };
}

/** What the adapted net says of the queries, [queries, ways]. `images` are support and queries, class after class. */
export function adaptedLogits(
  weights: Tensors,
  images: tf.Tensor,
  shape: EpisodeShape,
  adapting: Adapting,
  net: Net = conv4,
): tf.Tensor {
  const [support, queries] = partsOf(images, shape);
  const targets = targetsOf(shape.ways, shape.shots);
  if (adapting.name === 'anil') {
    const [known, asked] = [net(weights, support), net(weights, queries)];
    const own = adapt(headOf(weights), (head) => crossEntropy(headed(head, known), targets), adapting);
    return headed(own, asked);
  }
  const own = adapt(weights, (now) => crossEntropy(headed(now, net(now, support)), targets), adapting);
  return headed(own, net(own, queries));
}

/**
 * A scalar whose gradient is the method's. `targets` are those of the queries, [queries, ways]. The value is what the adapted net loses on them, which Reptile has
 * learnt from as well.
 */
export function adaptingLoss(
  weights: Tensors,
  { images, targets }: { readonly images: tf.Tensor; readonly targets: tf.Tensor },
  shape: EpisodeShape,
  adapting: Adapting,
  net: Net = conv4,
): tf.Tensor {
  if (adapting.name !== 'reptile')
    return crossEntropy(adaptedLogits(weights, images, shape, adapting, net), targets);
  const logits = (now: Tensors, x: tf.Tensor): tf.Tensor => headed(now, net(now, x));
  const [, queries] = partsOf(images, shape);
  const parts = reptileParts(images, shape);
  const own = adapt(
    weights,
    (now, step) =>
      crossEntropy(
        logits(now, parts[step % parts.length] ?? tf.scalar(NaN)),
        targetsOf(shape.ways, shape.shots),
      ),
    { ...adapting, order: 1 },
  );
  // The gradient of this product is (weights - own) / rate.
  const pulls = Object.entries(weights).map(([name, weight]) => {
    const pull = detached(tf.div(tf.sub(weight, tensorIn(own, name)), adapting.rate));
    return tf.sum(tf.mul(weight, pull));
  });
  const pull = tf.addN(pulls);
  const lost = detached(crossEntropy(logits(own, queries), targets));
  return tf.add(lost, tf.sub(pull, detached(pull)));
}

function headed(weights: Tensors, vectors: tf.Tensor): tf.Tensor {
  return tf.add(tf.matMul(vectors, tensorIn(weights, 'head.weight')), tensorIn(weights, 'head.bias'));
}

function headOf(weights: Tensors): Tensors {
  return Object.fromEntries(headNames.map((name) => [name, tensorIn(weights, name)]));
}

function partsOf(images: tf.Tensor, { ways, shots, queries }: EpisodeShape): readonly [tf.Tensor, tf.Tensor] {
  const [support, asked] = tf.split(images, [ways * shots, ways * queries]);
  if (support === undefined || asked === undefined) throw new RangeError('no support or no queries');
  return [support, asked];
}

/** Of Reptile each step sees other pictures: the support, then as many of the queries of each class, as often as there are enough. */
function reptileParts(images: tf.Tensor, shape: EpisodeShape): readonly tf.Tensor[] {
  const [support, asked] = partsOf(images, shape);
  const { ways, shots, queries } = shape;
  const size = images.shape.slice(1);
  const byClass = tf.reshape(asked, [ways, queries, -1]);
  const others = Array.from({ length: Math.floor(queries / shots) }, (_, part) =>
    tf.reshape(tf.slice(byClass, [0, part * shots, 0], [ways, shots, -1]), [ways * shots, ...size]),
  );
  return [support, ...others];
}

function targetsOf(ways: number, each: number): tf.Tensor {
  const data = new Float32Array(ways * each * ways);
  for (let row = 0; row < ways * each; row += 1) data[row * ways + Math.floor(row / each)] = 1;
  return tf.tensor2d(data, [ways * each, ways]);
}
