// Takes images apart by place in the windows of a pooling, and puts such parts back where they came from. Channels last.
import * as tf from '@tensorflow/tfjs-core';
import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';

type Info = tf.backend_util.Conv2DInfo;

export function poolingOf(x: Tensor, attributes: NamedAttrMap): Info {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  return tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize as [number, number],
    strides as [number, number],
    1,
    pad as 'same' | 'valid' | number,
    (dimRoundingMode ?? undefined) as 'floor' | undefined,
  );
}

/** For each place in the window, row by row, what all windows have there; `outside` where they reach beyond the image. */
export function partsOf(x: Tensor, info: Info, outside: number): readonly Tensor[] {
  const [tall, wide] = reachOf(info);
  const { top, left } = info.padInfo;
  const [below, right] = [Math.max(0, tall - top - info.inHeight), Math.max(0, wide - left - info.inWidth)];
  const around = top + left + below + right > 0;
  const padded = around ? tf.pad(x, [[0, 0], [top, below], [left, right], [0, 0]], outside) : x; // prettier-ignore
  return placesOf(info).map(([i, j]) =>
    tf.stridedSlice(
      padded,
      [0, i, j, 0],
      [info.batchSize, lastOf(i, info.outHeight, info.strideHeight), lastOf(j, info.outWidth, info.strideWidth), info.inChannels], // prettier-ignore
      [1, info.strideHeight, info.strideWidth, 1],
    ),
  );
}

/** The sum of the parts, each element where `partsOf` takes it from. */
export function placed(parts: readonly Tensor[], info: Info): Tensor {
  return tiles(info) ? interleaved(parts, info) : summed(parts, info);
}

/** Whether windows lie side by side. */
function tiles({ filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: Info): boolean {
  return (
    filterHeight === strideHeight && filterWidth === strideWidth && padInfo.top === 0 && padInfo.left === 0
  );
}

function interleaved(parts: readonly Tensor[], info: Info): Tensor {
  const { batchSize, outHeight, outWidth, inChannels, filterHeight, filterWidth } = info;
  const lines = Array.from({ length: filterHeight }, (_, i) => {
    const line = parts.slice(i * filterWidth, (i + 1) * filterWidth);
    const shape = [batchSize, outHeight, 1, outWidth * filterWidth * inChannels];
    return tf.reshape(tf.concat([...line], 3), shape);
  });
  const [tall, wide] = [outHeight * filterHeight, outWidth * filterWidth];
  return fitted(tf.reshape(tf.concat(lines, 2), [batchSize, tall, wide, inChannels]), 0, 0, info);
}

function summed(parts: readonly Tensor[], info: Info): Tensor {
  const { batchSize, outHeight, outWidth, inChannels, strideHeight, strideWidth } = info;
  const spread = [batchSize, outHeight * strideHeight, outWidth * strideWidth, inChannels];
  const [tall, wide] = [(spread[1] ?? 0) + info.filterHeight - 1, (spread[2] ?? 0) + info.filterWidth - 1];
  const all = placesOf(info).map(([i, j], place) => {
    const part = parts[place];
    if (part === undefined) throw new Error('a part for each place');
    const apart = tf.pad(tf.reshape(part, [batchSize, outHeight, 1, outWidth, 1, inChannels]), [
      [0, 0],
      [0, 0],
      [0, strideHeight - 1],
      [0, 0],
      [0, strideWidth - 1],
      [0, 0],
    ]);
    const [below, right] = [tall - i - (spread[1] ?? 0), wide - j - (spread[2] ?? 0)];
    return tf.pad(tf.reshape(apart, spread), [[0, 0], [i, below], [j, right], [0, 0]]); // prettier-ignore
  });
  return fitted(tf.addN(all), info.padInfo.top, info.padInfo.left, info);
}

/** Cut or filled up with zeros to the image that begins at `top` and `left`. */
function fitted(x: Tensor, top: number, left: number, info: Info): Tensor {
  const [, tall = 0, wide = 0] = x.shape;
  const { batchSize, inHeight, inWidth, inChannels } = info;
  const [rows, columns] = [Math.min(inHeight, tall - top), Math.min(inWidth, wide - left)];
  const whole = rows === tall && columns === wide;
  const cut = whole ? x : tf.slice(x, [0, top, left, 0], [batchSize, rows, columns, inChannels]);
  if (rows === inHeight && columns === inWidth) return cut;
  return tf.pad(cut, [[0, 0], [0, inHeight - rows], [0, inWidth - columns], [0, 0]]); // prettier-ignore
}

function placesOf({ filterHeight, filterWidth }: Info): readonly (readonly [number, number])[] {
  return Array.from({ length: filterHeight * filterWidth }, (_, place) => [
    Math.floor(place / filterWidth),
    place % filterWidth,
  ]);
}

/** How far windows reach, in elements. */
function reachOf(info: Info): readonly [number, number] {
  return [
    (info.outHeight - 1) * info.strideHeight + info.filterHeight,
    (info.outWidth - 1) * info.strideWidth + info.filterWidth,
  ];
}

function lastOf(first: number, count: number, stride: number): number {
  return first + (count - 1) * stride + 1;
}
