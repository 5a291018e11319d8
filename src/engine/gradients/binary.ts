// Gradients of kernels of two tensors (and `Select` of three), element by element, with broadcasting.
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { folded, nothing, ofTwo } from './rule.ts';

/** Kernels that answer yes or no: flat wherever they have a derivative. */
const answers = [
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
];

export const binaryGradients: readonly GradConfig[] = [
  ofTwo('Add', (dy) => ({ a: () => dy, b: () => dy })),
  ofTwo('Sub', (dy) => ({ a: () => dy, b: () => tf.neg(dy) })),
  ofTwo('Multiply', (dy, a, b) => ({ a: () => tf.mul(dy, b), b: () => tf.mul(dy, a) })),
  ofTwo('RealDiv', (dy, a, b) => ({
    a: () => tf.div(dy, b),
    b: () => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  })),
  ofTwo('Pow', (dy, a, b) => ({
    a: () => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    b: () => {
      // The logarithm of what is not positive would be NaN, and 0 times it as well.
      const positive = tf.greater(a, 0);
      const log = tf.where(positive, tf.log(tf.where(positive, a, tf.scalar(1))), tf.scalar(0));
      return tf.mul(dy, tf.mul(tf.pow(a, b), log));
    },
  })),
  ofTwo('SquaredDifference', (dy, a, b) => {
    const slope = tf.mul(dy, tf.mul(tf.sub(a, b), 2));
    return { a: () => slope, b: () => tf.neg(slope) };
  }),
  ofTwo('Maximum', (dy, a, b) => sides(dy, tf.greaterEqual(a, b))),
  ofTwo('Minimum', (dy, a, b) => sides(dy, tf.lessEqual(a, b))),
  ofTwo('Mod', (dy, a, b) => ({ a: () => dy, b: () => tf.neg(tf.mul(dy, tf.floor(tf.div(a, b)))) })),
  ...answers.map((kernel) => ofTwo(kernel, (_, a, b) => ({ a: () => nothing(a), b: () => nothing(b) }))),
  {
    kernelName: 'Prelu',
    inputsToSave: ['x', 'alpha'],
    gradFunc: (dy, [x, alpha]) => {
      if (x === undefined || alpha === undefined || Array.isArray(dy))
        throw new Error('`Prelu` has two inputs and one output');
      const above = tf.greaterEqual(x, 0);
      return {
        x: () => folded(tf.mul(dy, tf.where(above, tf.scalar(1), alpha)), x.shape),
        alpha: () => folded(tf.mul(dy, tf.minimum(x, 0)), alpha.shape),
      };
    },
  },
  {
    kernelName: 'Select',
    inputsToSave: ['condition'],
    gradFunc: (dy, [condition]) => {
      if (condition === undefined || Array.isArray(dy))
        throw new Error('`Select` has a condition and one output');
      const zero = tf.scalar(0);
      return {
        condition: () => nothing(condition),
        t: () => tf.where(condition, dy, zero),
        e: () => tf.where(condition, zero, dy),
      };
    },
  },
];

function sides(dy: Tensor, first: Tensor): { a: () => Tensor; b: () => Tensor } {
  return {
    a: () => tf.mul(dy, tf.cast(first, 'float32')),
    b: () => tf.mul(dy, tf.cast(tf.logicalNot(first), 'float32')),
  };
}
