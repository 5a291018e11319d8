// How the gradient of one tfjs kernel is written down, in tfjs's own operations, and the pieces that gradients share. They are made of
// the kernel's inputs, never of its output: tfjs's tape does not connect outputs that are kept for later, so that second
// derivatives through them would be wrong in silence. What is computed twice thereby, ONNX Runtime computes once.
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';

/** Of a kernel with one input that has a gradient. */
export function ofOne(
  kernelName: string,
  input: string,
  gradient: (dy: Tensor, x: Tensor, attributes: NamedAttrMap) => Tensor,
): GradConfig {
  return {
    kernelName,
    inputsToSave: [input],
    gradFunc: (dy, [x], attributes) => {
      if (x === undefined || Array.isArray(dy)) throw new Error(`\`${kernelName}\` has one input and output`);
      return { [input]: () => gradient(dy, x, attributes) };
    },
  };
}

/** Of a kernel of `a` and `b`. Each may be given before it is folded to its input's shape. */
export function ofTwo(
  kernelName: string,
  gradient: (dy: Tensor, a: Tensor, b: Tensor) => { a: () => Tensor; b: () => Tensor },
): GradConfig {
  return {
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => {
      if (a === undefined || b === undefined || Array.isArray(dy))
        throw new Error(`\`${kernelName}\` has two inputs and one output`);
      const slopes = gradient(dy, a, b);
      return { a: () => folded(slopes.a(), a.shape), b: () => folded(slopes.b(), b.shape) };
    },
  };
}

/** Of a kernel of any number of tensors. */
export function ofMany(
  kernelName: string,
  gradient: (dy: Tensor, xs: readonly Tensor[], attributes: NamedAttrMap) => readonly Tensor[],
): GradConfig {
  return {
    kernelName,
    saveAllInputs: true,
    gradFunc: (dy, xs, attributes) => {
      if (Array.isArray(dy)) throw new Error(`\`${kernelName}\` has one output`);
      const slopes = gradient(dy, xs, attributes);
      return Object.fromEntries(slopes.map((slope, i) => [i, () => slope]));
    },
  };
}

/** The sum over the axes along which a tensor of `shape` was broadcast. */
export function folded(dy: Tensor, shape: readonly number[]): Tensor {
  const axes = tf.broadcast_util.getReductionAxes([...shape], dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, [...shape]);
}

/** Axes as an attribute gives them: none for all, one or many, negative from the end. */
export function axesOf(axis: unknown, rank: number): readonly number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  return [axis].flat().map((i) => (Number(i) < 0 ? Number(i) + rank : Number(i)));
}

/** A tensor that was folded over `axes`, with these axes of size 1 again. */
export function kept(y: Tensor, shape: readonly number[], axes: readonly number[]): Tensor {
  return tf.reshape(
    y,
    shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

/** The gradient of what does not change with `x`. */
export function nothing(x: Tensor): Tensor {
  return tf.zerosLike(tf.cast(x, 'float32'));
}

export function numbersOf(attribute: unknown): readonly number[] {
  return [attribute].flat().map(Number);
}
