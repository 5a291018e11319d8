// Gradients of kernels that fold axes.
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { axesOf, kept, ofOne } from './rule.ts';

export const reduceGradients: readonly GradConfig[] = [
  ofOne('Sum', 'x', (dy, x, { axis }) => spread(dy, x, axis)),
  ofOne('Mean', 'x', (dy, x, { axis }) => spread(tf.mul(dy, dy.size / x.size), x, axis)),
  ofOne('Max', 'x', (dy, x, { reductionIndices }) => ofExtreme(dy, x, reductionIndices, tf.max)),
  ofOne('Min', 'x', (dy, x, { axis }) => ofExtreme(dy, x, axis, tf.min)),
  ofOne('Prod', 'x', (dy, x, { axis }) => {
    const axes = axesOf(axis, x.rank);
    return axes.length === 0 ? tf.clone(dy) : tf.mul(kept(dy, x.shape, axes), others(x, axes));
  }),
  ofOne('Cumsum', 'x', (dy, _, { axis, exclusive, reverse }) =>
    tf.cumsum(dy, Number(axis), exclusive === true, reverse !== true),
  ),
  ofOne('Softmax', 'logits', (dy, logits, { dim }) => {
    const y = tf.softmax(logits, Number(dim));
    return tf.mul(y, tf.sub(dy, tf.sum(tf.mul(dy, y), Number(dim), true)));
  }),
];

/** For each element, the product of the others along the axes: with a table of them all, since there may be zeros. */
function others(x: Tensor, axes: readonly number[]): Tensor {
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...rest, ...axes];
  const outer = rest.map((axis) => x.shape[axis] ?? 1);
  const inner = axes.map((axis) => x.shape[axis] ?? 1);
  const count = inner.reduce((product, size) => product * size, 1);
  const rows = tf.reshape(tf.transpose(x, order), [-1, 1, count]);
  const itself = tf.cast(tf.eye(count), 'bool');
  const table = tf.where(itself, tf.scalar(1), tf.tile(rows, [1, count, 1]));
  const products = tf.reshape(tf.prod(table, -1), [...outer, ...inner]);
  return tf.transpose(
    products,
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** A folded tensor over the shape it was folded from. */
function spread(dy: Tensor, x: Tensor, axis: NamedAttrMap[string]): Tensor {
  return tf.broadcastTo(kept(dy, x.shape, axesOf(axis, x.rank)), x.shape);
}

/** Elements that are the extreme share its gradient evenly, as PyTorch's `amax` does. */
function ofExtreme(
  dy: Tensor,
  x: Tensor,
  axis: NamedAttrMap[string],
  extreme: (x: Tensor, axis: number[], keepDims: boolean) => Tensor,
): Tensor {
  const axes = axesOf(axis, x.rank);
  const hit = tf.cast(tf.equal(x, extreme(x, [...axes], true)), 'float32');
  return tf.mul(kept(dy, x.shape, axes), tf.div(hit, tf.sum(hit, [...axes], true)));
}
