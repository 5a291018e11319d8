// ResNets for pictures of 32 x 32 pixels as He et al. 2016 (arXiv:1512.03385, section 4.2) trained them on CIFAR-10, from a PyTorch state dict in safetensors:
// three stages of 16, 32 and 64 channels, shortcuts without weights. A picture's vector is what the last layer reads. Normalisation is folded into the filters.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../heads/head.ts';
import { ModelError } from '../model-error.ts';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import { changedSafetensors, type NumbersOf } from '../safetensors-changed.ts';
import { openSafetensors, type Safetensors } from '../safetensors.ts';
import type { NetInput } from './image-encoder.ts';

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

/** Two convolutions around which a picture can pass. */
interface Block {
  /** Of its weights, `layer1.0`. */
  readonly name: string;
  readonly stride: number;
}

export interface FoldedResNet {
  /** `conv1.filter` and `conv1.bias`, then those of each block, `layer1.0.conv1.filter` …; the last layer, `linear`, is no part of them. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly blocks: readonly Block[];
}

/** Throws `ModelError` where the file is damaged or another net. */
export function foldedResNet(bytes: Uint8Array, file: string): FoldedResNet {
  const stored = openSafetensors(bytes, file);
  const blocks = blocksOf(stored);
  return {
    tensors: Object.assign({}, ...convolutions(blocks).map((names) => folded(stored, names, file))) as Record<
      string,
      Tensor
    >,
    blocks,
  };
}

/** The file with these filters and biases: what normalises them stays, and convolutions and shifts become such that they are what comes of both. */
export function unfoldedResNet(
  bytes: Uint8Array,
  tensors: Readonly<Record<string, Tensor>>,
  file: string,
): Uint8Array<ArrayBuffer> {
  const stored = openSafetensors(bytes, file);
  const changed = new Map<string, NumbersOf>();
  for (const names of convolutions(blocksOf(stored))) {
    const { slope, level, weight } = normalised(stored, names, file);
    const filter = tensors[`${names.convolution}.filter`]?.data;
    const bias = tensors[`${names.convolution}.bias`]?.data;
    if (filter === undefined || bias === undefined) throw new Error(`no weights of \`${names.convolution}\``);
    const back = slope.map((k) => (k === 0 ? 0 : 1 / k)); // a channel that is switched off stays so
    const own = transposedFilter(filter, weight.shape, (value, o) => value * (back[o] ?? 0), 'torch');
    changed.set(`${names.convolution}.weight`, () => own);
    changed.set(`${names.normal}.bias`, () =>
      bias.map((value, o) => value + (level[o] ?? 0) * (slope[o] ?? 0)),
    );
  }
  return changedSafetensors(bytes, changed, file);
}

/** Vectors [rows, 64] of pictures [rows, 32, 32, 3]. */
export function resnetVectors(weights: Tensors, blocks: readonly Block[], images: tf.Tensor4D): tf.Tensor2D {
  let x: tf.Tensor4D = tf.relu(convolved(images, weights, 'conv1', 1));
  for (const { name, stride } of blocks) {
    const first = tf.relu(convolved(x, weights, `${name}.conv1`, stride));
    const inside = convolved(first, weights, `${name}.conv2`, 1);
    x = tf.relu(tf.add<tf.Tensor4D>(inside, shortcut(x, inside.shape[3], stride)));
  }
  return tf.mean<tf.Tensor2D>(x, [1, 2]);
}

function convolved(x: tf.Tensor4D, weights: Tensors, name: string, stride: number): tf.Tensor4D {
  const filter = tensorIn(weights, `${name}.filter`) as tf.Tensor4D;
  // PyTorch's padding of 1 on each side, which `same` is not where the stride is 2.
  return tf.add(tf.conv2d(x, filter, stride, 1), tensorIn(weights, `${name}.bias`));
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

interface Names {
  readonly convolution: string;
  readonly normal: string;
}

function convolutions(blocks: readonly Block[]): readonly Names[] {
  const inside = blocks.flatMap(({ name }) =>
    ['1', '2'].map((number) => ({ convolution: `${name}.conv${number}`, normal: `${name}.bn${number}` })),
  );
  return [{ convolution: 'conv1', normal: 'bn1' }, ...inside];
}

function blocksOf(stored: Safetensors): readonly Block[] {
  const blocks: Block[] = [];
  for (let stage = 1; stage <= 3; stage += 1)
    for (let block = 0; stored.has(`layer${stage}.${block}.conv1.weight`); block += 1)
      blocks.push({ name: `layer${stage}.${block}`, stride: stage > 1 && block === 0 ? 2 : 1 });
  return blocks;
}

function normalised(stored: Safetensors, { convolution, normal }: Names, file: string) {
  const weight = stored.tensor(`${convolution}.weight`);
  const [out = 0] = weight.shape;
  const part = (name: string): Float32Array => {
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
  const slope = gamma.map((value, o) => value / Math.sqrt((variance[o] ?? 0) + epsilon));
  return { weight, slope, level, beta };
}

function folded(stored: Safetensors, names: Names, file: string): Readonly<Record<string, Tensor>> {
  const { weight, slope, level, beta } = normalised(stored, names, file);
  const [out = 0, ins = 0, height = 0, width = 0] = weight.shape;
  const filter = transposedFilter(weight.data, weight.shape, (value, o) => value * (slope[o] ?? 0), 'tfjs');
  return {
    [`${names.convolution}.filter`]: { shape: [height, width, ins, out], data: filter },
    [`${names.convolution}.bias`]: {
      shape: [out],
      data: slope.map((k, o) => (beta[o] ?? 0) - (level[o] ?? 0) * k),
    },
  };
}

/** Between PyTorch's order [out, in, height, width], which `shape` is in, and that of tfjs [height, width, in, out]. */
function transposedFilter(
  data: Float32Array,
  [out = 0, ins = 0, height = 0, width = 0]: readonly number[],
  change: (value: number, out: number) => number,
  to: 'tfjs' | 'torch',
): Float32Array {
  const result = new Float32Array(data.length);
  for (let o = 0; o < out; o += 1)
    for (let i = 0; i < ins; i += 1)
      for (let at = 0; at < height * width; at += 1) {
        const [torch, tfjs] = [(o * ins + i) * height * width + at, (at * ins + i) * out + o];
        if (to === 'tfjs') result[tfjs] = change(data[torch] ?? 0, o);
        else result[torch] = change(data[tfjs] ?? 0, o);
      }
  return result;
}
