// Gradients of kernels that take elements at a distance, as a mirror shows them, or from an image in another size.
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { linearWeights, nearest } from '../resampling.ts';
import type { Resampling } from '../resampling.ts';
import { numbersOf, ofOne } from './rule.ts';

export const sliceGradients: readonly GradConfig[] = [
  ofOne('StridedSlice', 'x', (dy, x, attributes) => {
    const list = (name: string): number[] => [...numbersOf(attributes[name])];
    const mask = (name: string): number => Number(attributes[name]);
    const info = tf.slice_util.sliceInfo(
      x.shape,
      list('begin'),
      list('end'),
      attributes['strides'] === undefined ? list('begin').map(() => 1) : list('strides'),
      mask('beginMask'),
      mask('endMask'),
      mask('ellipsisMask'),
      mask('newAxisMask'),
      mask('shrinkAxisMask'),
    );
    const taken = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
    const backwards = taken.flatMap((_, axis) => ((info.strides[axis] ?? 1) < 0 ? [axis] : []));
    const inOrder = tf.reverse(tf.reshape(dy, taken), backwards);
    const apart = spread(inOrder, info.strides.map(Math.abs));
    return tf.pad(
      apart,
      apart.shape.map((size, axis) => {
        const [begin = 0, step = 1, count = 0] = [info.begin[axis], info.strides[axis], taken[axis]];
        const before = step < 0 ? begin + step * (count - 1) : begin;
        return [before, (x.shape[axis] ?? 0) - before - size];
      }),
    );
  }),
  ofOne('MirrorPad', 'x', (dy, x, { paddings, mode }) => {
    const edge = mode === 'reflect' ? 1 : 0;
    const pairs = Array.isArray(paddings) ? paddings.map(numbersOf) : [];
    return pairs.reduce<Tensor>((all, [before = 0, after = 0], axis) => {
      const size = x.shape[axis] ?? 1;
      const part = (from: number, count: number): Tensor =>
        tf.slice(
          all,
          all.shape.map((_, other) => (other === axis ? from : 0)),
          all.shape.map((length, other) => (other === axis ? count : length)),
        );
      const at = (mirror: Tensor, first: number, count: number): Tensor =>
        tf.pad(
          tf.reverse(mirror, axis),
          all.shape.map((_, other) => (other === axis ? [first, size - first - count] : [0, 0])),
        );
      const terms = [part(before, size)];
      if (before > 0) terms.push(at(part(0, before), edge, before));
      if (after > 0) terms.push(at(part(before + size, after), size - after - edge, after));
      return tf.addN(terms);
    }, dy);
  }),
  ofOne('ResizeBilinear', 'images', (dy, x, attributes) => {
    const [rows, columns] = resamplings(x, attributes);
    const [batch = 1, , , channels = 1] = x.shape;
    const narrow = tf.matMul(
      matrix(columns, batch * rows.to),
      tf.reshape(dy, [-1, columns.to, channels]),
      true,
    );
    const lines = tf.reshape(narrow, [batch, rows.to, columns.from * channels]);
    return tf.reshape(tf.matMul(matrix(rows, batch), lines, true), x.shape);
  }),
  ofOne('ResizeNearestNeighbor', 'images', (dy, x, attributes) => {
    const [rows, columns] = resamplings(x, attributes);
    const folded = (y: Tensor, axis: Resampling, place: number): Tensor => {
      const order = y.shape.map((_, i) => (i === 0 ? place : i === place ? 0 : i));
      const ids = tf.tensor1d([...nearest(axis)], 'int32');
      return tf.transpose(tf.unsortedSegmentSum(tf.transpose(y, order), ids, axis.from), order);
    };
    return folded(folded(dy, rows, 1), columns, 2);
  }),
];

/** Elements of each axis `steps` apart, with zeros between them. */
function spread(x: Tensor, steps: readonly number[]): Tensor {
  if (steps.every((step) => step === 1)) return x;
  const apart = tf.pad(
    tf.reshape(
      x,
      x.shape.flatMap((size) => [size, 1]),
    ),
    steps.flatMap((step): [number, number][] => [[0, 0], [0, step - 1]]), // prettier-ignore
  );
  const wide = x.shape.map((size, axis) => size * (steps[axis] ?? 1));
  const ends = x.shape.map((size, axis) => Math.max(0, (size - 1) * (steps[axis] ?? 1) + 1));
  return tf.slice(
    tf.reshape(apart, wide),
    wide.map(() => 0),
    ends,
  );
}

function resamplings(x: Tensor, attributes: NamedAttrMap): readonly [Resampling, Resampling] {
  const [, height = 1, width = 1] = x.shape;
  const [tall = 1, wide = 1] = numbersOf(attributes['size']);
  const how = {
    alignCorners: attributes['alignCorners'] === true,
    halfPixelCenters: attributes['halfPixelCenters'] === true,
  };
  return [
    { from: height, to: tall, ...how },
    { from: width, to: wide, ...how },
  ];
}

/** The weights of an axis, for each of `batch` products. */
function matrix(axis: Resampling, batch: number): Tensor {
  const weights = tf.tensor3d([...linearWeights(axis)], [1, axis.to, axis.from]);
  return batch === 1 ? weights : tf.broadcastTo(weights, [batch, axis.to, axis.from]);
}
