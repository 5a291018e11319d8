// Programs for the kernels of images: convolutions, pooling, batch normalisation, other sizes.
import * as tf from '@tensorflow/tfjs-core';
import type { KernelCase } from './kernel-cases.ts';

export type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];

/** Of a convolution or pooling: the images, the filters or windows, and how they move. */
export interface Moves {
  readonly image: [number, number, number, number];
  readonly width: [number, number];
  readonly strides: [number, number];
  readonly pad: Pad;
}

export const moves: readonly Moves[] = [
  { image: [2, 5, 4, 3], width: [3, 3], strides: [1, 1], pad: 'same' },
  { image: [2, 6, 5, 2], width: [3, 2], strides: [2, 2], pad: 'valid' },
  { image: [1, 7, 7, 2], width: [3, 3], strides: [2, 2], pad: 'same' },
  { image: [1, 5, 6, 2], width: [2, 3], strides: [1, 2], pad: 'same' },
  { image: [1, 5, 6, 2], width: [2, 2], strides: [1, 1], pad: 1 },
  { image: [2, 4, 3, 2], width: [1, 1], strides: [1, 1], pad: 'valid' },
  { image: [2, 4, 2, 9], width: [4, 2], strides: [1, 1], pad: [[0, 0], [0, 2], [0, 1], [0, 0]] }, // prettier-ignore
  { image: [1, 5, 5, 1], width: [2, 2], strides: [2, 2], pad: [[0, 0], [1, 0], [0, 1], [0, 0]] }, // prettier-ignore
];

/** Some windows see nothing but what is added; pools have no such. */
const aroundTheImage: Moves = { image: [2, 3, 4, 16], width: [2, 3], strides: [1, 1], pad: [[0, 0], [0, 2], [3, 2], [0, 0]] }; // prettier-ignore

type Reals = (shape: number[], low?: number, high?: number, seed?: number) => tf.Tensor;

export function imageCases(reals: Reals, integers: Reals): readonly KernelCase[] {
  const images = (shape: number[]): tf.Tensor4D => reals(shape, -2, 2, 3) as tf.Tensor4D;
  const filters = (shape: number[]): tf.Tensor4D => reals(shape, -1, 1, 4) as tf.Tensor4D;
  const named = (name: string, { image, width, strides, pad }: Moves): string =>
    `${name} [${image.join()}] by ${width.join('x')}, steps ${strides.join()}, pad ${JSON.stringify(pad)}`;
  const backAndForth = ({ image, width, strides, pad }: Moves, depthwise: boolean): tf.Tensor[] => {
    const filter = filters([...width, image[3], 2]);
    const f = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
      depthwise
        ? tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad)
        : tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
    const x = images(image);
    const y = f(x, filter);
    return [y, ...tf.grads(f)([x, filter], reals(y.shape, -1, 1, 7))];
  };
  return [
    ...moves.flatMap((move): KernelCase[] => {
      const { image, width, strides, pad } = move;
      return [
        { name: named('conv2d and its gradients', move), program: () => backAndForth(move, false) },
        ...(strides[0] === strides[1]
          ? [
              {
                name: named('depthwiseConv2d and its gradients', move),
                program: () => backAndForth(move, true),
              },
            ]
          : []),
        { name: named('maxPool', move), program: () => tf.maxPool(images(image), width, strides, pad) },
        { name: named('avgPool', move), program: () => tf.avgPool(images(image), width, strides, pad) },
      ];
    }),
    ...[false, true].map((depthwise) => ({
      name: named(`${depthwise ? 'depthwiseConv2d' : 'conv2d'} and its gradients`, aroundTheImage),
      program: () => backAndForth(aroundTheImage, depthwise),
    })),
    // Channels in whole blocks, which have an order of their own.
    ...[
      { strides: 1, pad: 'same' as const, dilation: 1 },
      { strides: 2, pad: 'same' as const, dilation: 1 },
      { strides: 1, pad: 'valid' as const, dilation: 2 },
    ].map(({ strides, pad, dilation }) => ({
      name: `conv2d of 16 to 32 channels, steps ${strides}, pad ${pad}, dilated ${dilation}`,
      program: () => {
        const [x, w] = [images([2, 7, 6, 16]), filters([3, 3, 16, 32])];
        const last = tf.conv2d(x, w, strides, pad, 'NHWC', dilation);
        const second = tf.conv2d(tf.transpose(x, [0, 3, 1, 2]), w, strides, pad, 'NCHW', dilation);
        return [last, tf.transpose(second, [0, 2, 3, 1])];
      },
    })),
    ...(['same', 'valid'] as const).flatMap((pad) =>
      [1, 2].map((strides) => ({
        name: `gradients of conv2d of 32 to 16 channels, steps ${strides}, pad ${pad}`,
        program: () => {
          const [x, w] = [images([2, 7, 6, 32]), filters([3, 2, 32, 16])];
          const f = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
            const y = tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
            return tf.sum(tf.mul(y, reals(y.shape, -1, 1, 5)));
          };
          return tf.grads(f)([x, w]);
        },
      })),
    ),
    {
      name: 'conv2d, channels second',
      program: () => tf.conv2d(images([2, 3, 5, 4]), filters([3, 3, 3, 2]), 1, 'same', 'NCHW'),
    },
    {
      name: 'conv2d, channels second, of an image as large as the filter',
      program: () => tf.conv2d(images([2, 3, 2, 2]), filters([2, 2, 3, 2]), 1, 'same', 'NCHW'),
    },
    {
      name: 'conv2d, dilated',
      program: () => tf.conv2d(images([1, 7, 7, 2]), filters([3, 3, 2, 3]), 1, 'same', 'NHWC', [2, 2]),
    },
    {
      name: 'maxPool of one window',
      program: () => tf.maxPool(images([1, 3, 3, 2]), 1, 1, 'valid'),
    },
    {
      name: 'maxPool, rounded up',
      program: () => tf.maxPool(images([1, 5, 5, 2]), 2, 2, 0, 'ceil'),
    },
    ...(['linear', 'relu', 'relu6', 'elu', 'sigmoid'] as const).flatMap((activation) => [
      {
        name: `fused conv2d, ${activation}`,
        program: () => {
          const [x, filter] = [images([2, 5, 4, 3]), filters([3, 3, 3, 2])];
          return tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias: reals([2]), activation });
        },
      },
      {
        name: `fused matMul, ${activation}`,
        program: () => tf.fused.matMul({ a: reals([3, 4]), b: reals([4, 2]), bias: reals([2]), activation }),
      },
    ]),
    {
      name: 'fused conv2d, channels second',
      program: () => {
        const [x, filter] = [images([2, 3, 4, 4]), filters([3, 3, 3, 2])];
        return tf.fused.conv2d({
          x,
          filter,
          strides: 1,
          pad: 'same',
          dataFormat: 'NCHW',
          bias: reals([2]),
          activation: 'relu',
        });
      },
    },
    {
      name: 'fused depthwiseConv2d',
      program: () => {
        const [x, filter] = [images([2, 5, 4, 3]), filters([3, 3, 3, 1])];
        return tf.fused.depthwiseConv2d({ x, filter, strides: 2, pad: 'same', bias: reals([3]) });
      },
    },
    {
      name: 'fused matMul without bias, the second turned',
      program: () => tf.fused.matMul({ a: reals([3, 4]), b: reals([2, 4]), transposeB: true }),
    },
    {
      name: 'batchNorm',
      program: () => tf.batchNorm(images([2, 3, 2, 3]), reals([3]), reals([3], 1, 2), reals([3]), reals([3]), 1e-3), // prettier-ignore
    },
    {
      name: 'batchNorm without offset and scale',
      program: () => tf.batchNorm(images([2, 3, 2, 3]), reals([3]), reals([3], 1, 2)),
    },
    ...[images, (shape: number[]) => integers(shape) as tf.Tensor4D].flatMap((make, i) =>
      [
        [7, 3],
        [2, 5],
        [4, 4],
      ].flatMap(([tall = 1, wide = 1]) =>
        // prettier-ignore
        [[false, false], [true, false], [false, true]].flatMap(([corners, centers]) => // prettier-ignore
          (['resizeBilinear', 'resizeNearestNeighbor'] as const).map((resize) => ({
            name: `${resize} to ${tall}x${wide}${corners === true ? ', corners aligned' : ''}${centers === true ? ', half pixels' : ''} ${i === 0 ? 'float32' : 'int32'}`, // prettier-ignore
            program: () => tf.image[resize](make([2, 4, 4, 2]), [tall, wide], corners, centers),
          })),
        ),
      ),
    ),
  ];
}
