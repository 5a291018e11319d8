// Gradients of kernels of one tensor, element by element.
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { nothing, ofOne } from './rule.ts';

/** The derivative at each element. */
const slopes: readonly (readonly [kernel: string, slope: (x: Tensor) => Tensor])[] = [
  ['Abs', (x) => tf.sign(x)],
  ['Acos', (x) => tf.neg(tf.rsqrt(tf.sub(1, tf.square(x))))],
  ['Acosh', (x) => tf.rsqrt(tf.sub(tf.square(x), 1))],
  ['Asin', (x) => tf.rsqrt(tf.sub(1, tf.square(x)))],
  ['Asinh', (x) => tf.rsqrt(tf.add(tf.square(x), 1))],
  ['Atan', (x) => tf.reciprocal(tf.add(tf.square(x), 1))],
  ['Atanh', (x) => tf.reciprocal(tf.sub(1, tf.square(x)))],
  ['Cos', (x) => tf.neg(tf.sin(x))],
  ['Cosh', (x) => tf.sinh(x)],
  ['Elu', (x) => chosen(tf.greater(x, 0), tf.scalar(1), tf.exp(tf.minimum(x, 0)))],
  ['Erf', (x) => tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI))],
  ['Exp', (x) => tf.exp(x)],
  ['Expm1', (x) => tf.exp(x)],
  ['Log', (x) => tf.reciprocal(x)],
  ['Log1p', (x) => tf.reciprocal(tf.add(x, 1))],
  ['Reciprocal', (x) => tf.neg(tf.reciprocal(tf.square(x)))],
  ['Relu6', (x) => asNumber(tf.logicalAnd(tf.greater(x, 0), tf.less(x, 6)))],
  ['Rsqrt', (x) => tf.mul(tf.div(tf.rsqrt(x), x), -0.5)],
  [
    'Selu',
    (x) => chosen(tf.greater(x, 0), tf.scalar(scale), tf.mul(tf.exp(tf.minimum(x, 0)), scale * alpha)),
  ],
  ['Sigmoid', (x) => tf.mul(tf.sigmoid(x), tf.sub(1, tf.sigmoid(x)))],
  ['Sin', (x) => tf.cos(x)],
  ['Sinh', (x) => tf.cosh(x)],
  ['Softplus', (x) => tf.sigmoid(x)],
  ['Sqrt', (x) => tf.mul(tf.rsqrt(x), 0.5)],
  ['Square', (x) => tf.mul(x, 2)],
  ['Tan', (x) => tf.add(tf.square(tf.tan(x)), 1)],
  ['Tanh', (x) => tf.sub(1, tf.square(tf.tanh(x)))],
];

/** Those of Klambauer et al. 2017, arXiv:1706.02515. */
const alpha = 1.6732632423543772;
const scale = 1.0507009873554805;

/** Kernels that are flat wherever they have a derivative. */
const flat = ['Ceil', 'Floor', 'IsFinite', 'IsInf', 'IsNan', 'LogicalNot', 'Round', 'Sign', 'Step'];

export const unaryGradients: readonly GradConfig[] = [
  ...slopes.map(([kernel, slope]) => ofOne(kernel, 'x', (dy, x) => tf.mul(dy, slope(x)))),
  ...flat.map((kernel) => ofOne(kernel, 'x', (_, x) => nothing(x))),
  ofOne('Neg', 'x', (dy) => tf.neg(dy)),
  ofOne('Relu', 'x', (dy, x) => tf.mul(dy, asNumber(tf.greater(x, 0)))),
  ofOne('LeakyRelu', 'x', (dy, x, attributes) => tf.mul(dy, tf.step(x, Number(attributes['alpha'])))),
  ofOne('ClipByValue', 'x', (dy, x, { clipValueMin, clipValueMax }) => {
    const inside = tf.logicalAnd(
      tf.greaterEqual(x, Number(clipValueMin)),
      tf.lessEqual(x, Number(clipValueMax)),
    );
    return tf.mul(dy, asNumber(inside));
  }),
];

function asNumber(condition: Tensor): Tensor {
  return tf.cast(condition, 'float32');
}

function chosen(condition: Tensor, yes: Tensor, no: Tensor): Tensor {
  return tf.where(condition, yes, no);
}
