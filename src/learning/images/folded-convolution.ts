// Convolutions with the normalisation behind them folded into filter and bias, from the tensors of PyTorch in safetensors, and back.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../heads/head.ts';
import { ModelError } from '../model-error.ts';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import type { NumbersOf } from '../safetensors-changed.ts';
import type { Safetensors } from '../safetensors.ts';

/** A convolution without a bias of its own, and what normalises it, by the numbers that training has seen. */
export interface NormalisedConvolution {
  /** Of what is folded: `name.filter` and `name.bias`. */
  readonly name: string;
  /** As the file calls them. */
  readonly convolution: string;
  readonly normal: string;
  readonly epsilon: number;
  /** Whether each channel has a filter of its own. */
  readonly depthwise?: boolean;
}

export interface Sliding {
  readonly stride: number;
  /** Zeros on each side as PyTorch has them, which `same` is not where the stride is 2. */
  readonly padding: number | 'same';
  readonly dilation?: number;
}

/** Filters and biases by name. Throws `ModelError` where they do not go together. */
export function foldedConvolutions(
  stored: Safetensors,
  convolutions: readonly NormalisedConvolution[],
  file: string,
): Readonly<Record<string, Tensor>> {
  return Object.assign({}, ...convolutions.map((one) => folded(stored, one, file))) as Record<string, Tensor>;
}

/** The tensors that are others with these filters and biases: what normalises them stays, and convolutions and shifts become such that they are what comes of both. */
export function unfoldedConvolutions(
  stored: Safetensors,
  tensors: Readonly<Record<string, Tensor>>,
  convolutions: readonly NormalisedConvolution[],
  file: string,
): ReadonlyMap<string, NumbersOf> {
  const changed = new Map<string, NumbersOf>();
  for (const one of convolutions) {
    const { slope, level, weight } = normalised(stored, one, file);
    const filter = tensors[`${one.name}.filter`]?.data;
    const bias = tensors[`${one.name}.bias`]?.data;
    if (filter === undefined || bias === undefined) throw new Error(`no weights of \`${one.name}\``);
    const back = slope.map((k) => (k === 0 ? 0 : 1 / k)); // a channel that is switched off stays so
    const own = transposedFilter(filter, weight.shape, (value, o) => value * (back[o] ?? 0), 'torch');
    changed.set(`${one.convolution}.weight`, () => own);
    changed.set(`${one.normal}.bias`, () =>
      bias.map((value, o) => value + (level[o] ?? 0) * (slope[o] ?? 0)),
    );
  }
  return changed;
}

export function convolved(
  x: tf.Tensor4D,
  weights: Tensors,
  { name, depthwise }: Pick<NormalisedConvolution, 'name' | 'depthwise'>,
  { stride, padding, dilation = 1 }: Sliding,
): tf.Tensor4D {
  const filter = spread(tensorIn(weights, `${name}.filter`) as tf.Tensor4D, dilation);
  const convolve = depthwise === true ? tf.depthwiseConv2d : tf.conv2d;
  const seen = convolve(x, filter, stride, padding);
  return tf.add(seen, tensorIn(weights, `${name}.bias`));
}

/** With zeros between its numbers: what a dilated convolution is, which has no gradient of its own in the engine. */
function spread(filter: tf.Tensor4D, dilation: number): tf.Tensor4D {
  if (dilation === 1) return filter;
  const [height, width, ins, outs] = filter.shape;
  const behind: [number, number] = [0, dilation - 1];
  const apart = tf.pad(tf.reshape(filter, [height, 1, width, 1, ins * outs]), [
    [0, 0],
    behind,
    [0, 0],
    behind,
    [0, 0],
  ]);
  const size = (length: number): number => (length - 1) * dilation + 1;
  const whole = tf.reshape<tf.Rank.R4>(apart, [height * dilation, width * dilation, ins, outs]);
  return tf.slice4d(whole, [0, 0, 0, 0], [size(height), size(width), ins, outs]);
}

function normalised(
  stored: Safetensors,
  { convolution, normal, epsilon }: NormalisedConvolution,
  file: string,
) {
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

function folded(
  stored: Safetensors,
  one: NormalisedConvolution,
  file: string,
): Readonly<Record<string, Tensor>> {
  const { weight, slope, level, beta } = normalised(stored, one, file);
  const [out = 0, ins = 0, height = 0, width = 0] = weight.shape;
  const filter = transposedFilter(weight.data, weight.shape, (value, o) => value * (slope[o] ?? 0), 'tfjs');
  return {
    [`${one.name}.filter`]: {
      shape: one.depthwise === true ? [height, width, out, 1] : [height, width, ins, out],
      data: filter,
    },
    [`${one.name}.bias`]: {
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
