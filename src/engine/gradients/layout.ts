// Gradients of kernels that move, copy or convert elements.
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { axesOf, nothing, numbersOf, ofMany, ofOne } from './rule.ts';

export const layoutGradients: readonly GradConfig[] = [
  ofOne('Identity', 'x', (dy) => tf.clone(dy)),
  ofOne('Cast', 'x', (dy) => tf.clone(dy)),
  ofOne('Reshape', 'x', (dy, x) => tf.reshape(dy, x.shape)),
  ofOne('ExpandDims', 'input', (dy, x) => tf.reshape(dy, x.shape)),
  ofOne('Transpose', 'x', (dy, _, { perm }) => {
    const order = numbersOf(perm);
    return tf.transpose(
      dy,
      order.map((_, axis) => order.indexOf(axis)),
    );
  }),
  ofOne('Slice', 'x', (dy, x, { begin, size }) => {
    const [starts] = tf.slice_util.parseSliceParams(x, [...numbersOf(begin)], [...numbersOf(size)]);
    return tf.pad(
      dy,
      starts.map((start, axis) => [start, (x.shape[axis] ?? 0) - start - (dy.shape[axis] ?? 0)]),
    );
  }),
  ofOne('PadV2', 'x', (dy, x, { paddings }) => {
    const pairs = Array.isArray(paddings) ? paddings : [];
    return tf.slice(
      dy,
      pairs.map((pair) => numbersOf(pair)[0] ?? 0),
      x.shape,
    );
  }),
  ofOne('Tile', 'x', (dy, x, { reps }) => {
    const times = numbersOf(reps);
    const layers = tf.reshape(
      dy,
      x.shape.flatMap((size, axis) => [times[axis] ?? 1, size]),
    );
    return tf.sum(
      layers,
      x.shape.map((_, axis) => 2 * axis),
    );
  }),
  ofOne('Reverse', 'x', (dy, x, { dims }) => tf.reverse(dy, [...axesOf(dims, x.rank)])),
  ofMany('Concat', (dy, xs, { axis }) => {
    const [place = 0] = axesOf(axis, dy.rank);
    return tf.split(
      dy,
      xs.map((x) => x.shape[place] ?? 0),
      place,
    );
  }),
  ofMany('Pack', (dy, _, { axis }) => tf.unstack(dy, Number(axis))),
  ofMany('AddN', (dy, xs) => xs.map(() => tf.clone(dy))),
  ofLayers('Unpack', 'value', (layers, axis) => tf.stack([...layers], axis)),
  ofLayers('SplitV', 'x', (layers, axis) => tf.concat([...layers], axis)),
  ofOne('ZerosLike', 'x', (_, x) => nothing(x)),
  ofOne('OnesLike', 'x', (_, x) => nothing(x)),
];

/** Of a kernel that takes a tensor apart. For a part that leads nowhere tfjs gives zeros. */
function ofLayers(
  kernelName: string,
  input: string,
  join: (layers: readonly Tensor[], axis: number) => Tensor,
): GradConfig {
  return {
    kernelName,
    inputsToSave: [input],
    gradFunc: (dy, [x], { axis }) => {
      if (x === undefined || !Array.isArray(dy)) throw new Error(`\`${kernelName}\` has several outputs`);
      const [place = 0] = axesOf(axis, x.rank);
      return { [input]: () => join(dy, place) };
    },
  };
}
