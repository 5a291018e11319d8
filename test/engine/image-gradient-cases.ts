// Programs for the gradients of the kernels of images. Where windows show extremes, no two numbers are alike.
import * as tf from '@tensorflow/tfjs-core';
import { distinct, within } from './gradient-cases.ts';
import type { GradientCase } from './gradient-cases.ts';
import { moves } from './image-cases.ts';
import type { Moves } from './image-cases.ts';

/** Smaller images of the same kinds of moves. */
const small = moves.map((move): Moves => ({ ...move, image: [1, 4, 4, move.image[3] > 1 ? 2 : 1] }));

export function imageGradientCases(): readonly GradientCase[] {
  return [
    ...small.flatMap((move) => {
      const { strides, image, width, pad } = move;
      const even = strides[0] === strides[1]; // tfjs's own depthwise kernels know no other strides
      return [
        ...convolutions(move, 'Conv2D', false),
        ...(even ? convolutions(move, 'DepthwiseConv2dNative', true) : []),
        pooling(`MaxPool ${nameOf(move)}`, 'MaxPool', distinct(image), (x) =>
          tf.maxPool(x as tf.Tensor4D, width, strides, pad),
        ),
        pooling(`AvgPool ${nameOf(move)}`, 'AvgPool', within(image), (x) =>
          tf.avgPool(x as tf.Tensor4D, width, strides, pad),
        ),
      ];
    }),
    {
      name: 'FusedBatchNorm',
      kernel: 'FusedBatchNorm',
      inputs: ['x', 'mean', 'variance', 'offset', 'scale'],
      starts: [within([2, 2, 1, 2]), within([2], -1, 1, 2), within([2], 1, 2, 3), within([2]), within([2])],
      program: (x, mean, variance, offset, scale) =>
        tf.batchNorm(x, mean, variance, offset, scale, 0.1), // prettier-ignore
    },
    ...(['resizeBilinear', 'resizeNearestNeighbor'] as const).flatMap((resize) =>
      [
        [5, 2],
        [2, 5],
      ].map(([tall = 1, wide = 1]): GradientCase => ({
        // prettier-ignore
        name: `${resize} to ${tall}x${wide}`,
        kernel: resize === 'resizeBilinear' ? 'ResizeBilinear' : 'ResizeNearestNeighbor',
        inputs: ['images'],
        starts: [within([2, 3, 3, 2])],
        program: (x) => tf.image[resize](x as tf.Tensor4D, [tall, wide]),
      })),
    ),
  ];
}

function nameOf({ width, strides, pad }: Moves): string {
  return `${width.join('x')}, steps ${strides.join()}, pad ${JSON.stringify(pad)}`;
}

function pooling(
  name: string,
  kernel: string,
  start: GradientCase['starts'][number],
  program: (x: tf.Tensor) => tf.Tensor,
): GradientCase {
  return { name, kernel, inputs: ['x'], starts: [start], program };
}

/** A convolution, and its gradients by input and filter as functions of their own. */
function convolutions(move: Moves, kernel: string, depthwise: boolean): GradientCase[] {
  const { image, width, strides, pad } = move;
  const filter: [number, number, number, number] = [...width, image[3], 2];
  const info = tf.backend_util.computeConv2DInfo(image, filter, strides, 1, pad, undefined, depthwise);
  const attributes = { strides, pad, dataFormat: 'NHWC', dilations: [1, 1] };
  const run = (name: string, inputs: Record<string, tf.Tensor>, more = {}): tf.Tensor =>
    tf.engine().runKernel(name, inputs, { ...attributes, ...more });
  const made = (
    name: string,
    inputs: readonly [string, string],
    shapes: readonly [readonly number[], readonly number[]],
    more = {},
  ): GradientCase => ({
    name: `${name} ${nameOf(move)}`,
    kernel: name,
    inputs,
    starts: [within(shapes[0], -1, 1, 2), within(shapes[1], -1, 1, 3)],
    program: (a, b) => run(name, { [inputs[0]]: a, [inputs[1]]: b }, more),
  });
  return [
    made(kernel, ['x', 'filter'], [image, filter]),
    made(`${kernel}BackpropInput`, ['dy', 'filter'], [info.outShape, filter], { inputShape: image }),
    made(`${kernel}BackpropFilter`, ['x', 'dy'], [image, info.outShape], { filterShape: filter }),
  ];
}
