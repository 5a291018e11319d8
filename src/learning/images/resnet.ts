// ResNets for pictures of 32 x 32 pixels as He et al. 2016 (arXiv:1512.03385, section 4.2) trained them on CIFAR-10, from a PyTorch state dict in safetensors:
// three stages of 16, 32 and 64 channels, shortcuts without weights. A picture's vector is what the last layer reads. Normalisation is folded into the filters.
import * as tf from '@tensorflow/tfjs-core';
import { ModelError } from '../model-error.ts';
import { openSafetensors, type Safetensors } from '../safetensors.ts';
import { inBatches, type ImageEncoder, type NetInput } from './image-encoder.ts';

const epsilon = 1e-5;
const batch = 32;
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

export const resnetInput: NetInput = {
  height: 32,
  width: 32,
  channels: 3,
  scale: deviation.map((sd) => 1 / (255 * sd)),
  shift: deviation.map((sd, c) => -(mean[c] ?? 0) / sd),
};

interface Convolution {
  readonly filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

export interface ResNet {
  readonly first: Convolution;
  readonly blocks: readonly {
    readonly stride: number;
    readonly one: Convolution;
    readonly two: Convolution;
  }[];
  readonly weight: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
}

/** Throws `ModelError` where the file is damaged or another net. */
export function loadResNet(bytes: Uint8Array, file: string): ResNet {
  const stored = openSafetensors(bytes, file);
  const blocks: ResNet['blocks'][number][] = [];
  for (let stage = 1; stage <= 3; stage += 1)
    for (let block = 0; stored.has(`layer${stage}.${block}.conv1.weight`); block += 1) {
      const at = `layer${stage}.${block}`;
      blocks.push({
        stride: stage > 1 && block === 0 ? 2 : 1,
        one: folded(stored, `${at}.conv1`, `${at}.bn1`, file),
        two: folded(stored, `${at}.conv2`, `${at}.bn2`, file),
      });
    }
  const first = folded(stored, 'conv1', 'bn1', file);
  const linear = stored.tensor('linear.weight');
  return {
    first,
    blocks,
    weight: tf.tidy(() => tf.transpose(tf.tensor2d(linear.data, linear.shape as [number, number]))),
    bias: tf.tensor1d(stored.tensor('linear.bias').data),
  };
}

/** Vectors [rows, 64] of pictures [rows, 32, 32, 3]. */
export function resnetVectors(net: ResNet, images: tf.Tensor4D): tf.Tensor2D {
  let x: tf.Tensor4D = tf.relu(convolved(images, net.first, 1));
  for (const { stride, one, two } of net.blocks) {
    const inside = convolved(tf.relu(convolved(x, one, stride)), two, 1);
    x = tf.relu(tf.add<tf.Tensor4D>(inside, shortcut(x, inside.shape[3], stride)));
  }
  return tf.mean<tf.Tensor2D>(x, [1, 2]);
}

export function resnetLogits(net: ResNet, images: tf.Tensor4D): tf.Tensor2D {
  return tf.add(tf.matMul(resnetVectors(net, images), net.weight), net.bias);
}

export function disposeResNet({ first, blocks, weight, bias }: ResNet): void {
  const all = [first, ...blocks.flatMap(({ one, two }) => [one, two])];
  tf.dispose([weight, bias, ...all.flatMap(({ filter, bias: own }) => [filter, own])]);
}

export function resnetEncoder(bytes: Uint8Array, file: string): ImageEncoder {
  const net = loadResNet(bytes, file);
  const { height, width, channels } = resnetInput;
  return {
    encode: (images, options) =>
      inBatches(images, resnetInput, batch, options, async (numbers) => {
        const vectors = tf.tidy(() =>
          resnetVectors(net, tf.tensor4d(numbers, [batch, height, width, channels])),
        );
        const values = (await vectors.data()) as Float32Array;
        vectors.dispose();
        return values;
      }),
    dispose: () => disposeResNet(net),
  };
}

function convolved(x: tf.Tensor4D, { filter, bias }: Convolution, stride: number): tf.Tensor4D {
  // PyTorch's padding of 1 on each side, which `same` is not where the stride is 2.
  return tf.add(tf.conv2d(x, filter, stride, 1), bias);
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

function folded(stored: Safetensors, convolution: string, normal: string, file: string): Convolution {
  const { shape, data } = stored.tensor(`${convolution}.weight`);
  const [out = 0, ins = 0, height = 0, width = 0] = shape;
  const part = (name: string): ArrayLike<number> => {
    const { data: values } = stored.tensor(`${normal}.${name}`);
    if (values.length !== out)
      throw new ModelError(
        'bad-model',
        file,
        `\`${normal}.${name}\` has ${values.length} numbers, and \`${convolution}\` ${out} channels`,
        'Get the file again.',
      );
    return values;
  };
  const [gamma, beta, level, variance] = [
    part('weight'),
    part('bias'),
    part('running_mean'),
    part('running_var'),
  ];
  const slope = Float32Array.from(
    { length: out },
    (_, o) => (gamma[o] ?? 0) / Math.sqrt((variance[o] ?? 0) + epsilon),
  );
  const filter = new Float32Array(data.length);
  for (let o = 0; o < out; o += 1)
    for (let i = 0; i < ins; i += 1)
      for (let at = 0; at < height * width; at += 1)
        filter[(at * ins + i) * out + o] = (data[(o * ins + i) * height * width + at] ?? 0) * (slope[o] ?? 0);
  return {
    filter: tf.tensor4d(filter, [height, width, ins, out]),
    bias: tf.tensor1d(Float32Array.from(slope, (k, o) => (beta[o] ?? 0) - (level[o] ?? 0) * k)),
  };
}
