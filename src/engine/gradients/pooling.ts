// Gradients of pooling, made of plain operations so that derivatives of any order are right, and of normalising by given statistics.
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { folded, ofOne } from './rule.ts';
import { partsOf, placed, poolingOf } from './windows.ts';

export const poolingGradients: readonly GradConfig[] = [
  ofOne('MaxPool', 'x', (dy, x, attributes) => {
    const info = poolingOf(x, attributes);
    const y: Tensor = tf.engine().runKernel('MaxPool', { x }, attributes);
    // The first of equal elements gets it all, as in PyTorch and TensorFlow; the last what no other got.
    let rest = dy;
    const parts = partsOf(x, info, -Infinity);
    const shares = parts.map((part, place) => {
      if (place === parts.length - 1) return rest;
      // Products, since choosing takes three times as long.
      const share = tf.mul(rest, tf.cast(tf.equal(part, y), 'float32'));
      rest = tf.sub(rest, share);
      return share;
    });
    return placed(shares, info);
  }),
  ofOne('AvgPool', 'x', (dy, x, attributes) => {
    const info = poolingOf(x, attributes);
    const share = tf.mul(dy, tf.tensor(shares(info), [1, info.outHeight, info.outWidth, 1]));
    return placed(new Array<Tensor>(info.filterHeight * info.filterWidth).fill(share), info);
  }),
  {
    kernelName: 'FusedBatchNorm',
    inputsToSave: ['x', 'mean', 'variance', 'scale'],
    gradFunc: (dy, [x, mean, variance, scale], attributes) => {
      if (x === undefined || mean === undefined || variance === undefined || scale === undefined)
        throw new Error('`FusedBatchNorm` has four inputs at least');
      if (Array.isArray(dy)) throw new Error('`FusedBatchNorm` has one output');
      const inverse = inverseOf(variance, attributes);
      const centred = (): Tensor => tf.sub(x, mean);
      const scaled = (): Tensor => tf.mul(dy, tf.mul(inverse, scale));
      return {
        x: scaled,
        mean: () => tf.neg(folded(scaled(), mean.shape)),
        variance: () => {
          const slope = tf.mul(tf.mul(tf.square(inverse), inverse), tf.mul(scale, -0.5));
          return folded(tf.mul(tf.mul(dy, centred()), slope), variance.shape);
        },
        scale: () => folded(tf.mul(tf.mul(dy, centred()), inverse), scale.shape),
        offset: () => folded(dy, scale.shape),
      };
    },
  },
];

function inverseOf(variance: Tensor, { varianceEpsilon }: NamedAttrMap): Tensor {
  return tf.rsqrt(tf.add(variance, Number(varianceEpsilon)));
}

/** 1 / how many elements each window has inside the image, rows by columns. */
function shares(info: tf.backend_util.Conv2DInfo): number[] {
  const inside = (count: number, stride: number, width: number, before: number, size: number): number[] =>
    Array.from({ length: count }, (_, i) => {
      const start = i * stride - before;
      return Math.min(start + width, size) - Math.max(start, 0);
    });
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = info;
  const rows = inside(info.outHeight, strideHeight, filterHeight, padInfo.top, info.inHeight);
  const columns = inside(info.outWidth, strideWidth, filterWidth, padInfo.left, info.inWidth);
  return rows.flatMap((row) => columns.map((column) => 1 / (row * column)));
}
