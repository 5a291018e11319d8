// One or more small programs for every kernel that has a gradient on the backend `onnx`, away from where it has none.
import * as tf from '@tensorflow/tfjs-core';

import { imageGradientCases } from './image-gradient-cases.ts';

export interface GradientCase {
  readonly name: string;
  readonly kernel: string;
  /** Which inputs of the kernel the program's arguments reach. */
  readonly inputs: readonly string[];
  readonly starts: readonly Start[];
  readonly program: (...xs: tf.Tensor[]) => tf.Tensor;
}

/** Where an argument is: its shape and its numbers. */
export interface Start {
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

/** Numbers in (low, high). */
export function within(shape: readonly number[], low = -2, high = 2, seed = 1): Start {
  const count = shape.reduce((a, b) => a * b, 1);
  const numbers = Array.from({ length: count }, (_, i) => {
    const wave = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return low + (wave - Math.floor(wave)) * (high - low);
  });
  return { shape, numbers };
}

/** The same, a quarter or more from every integer. */
function between(shape: readonly number[], low = -3, high = 3, seed = 1): Start {
  const { numbers } = within(shape, low, high, seed);
  return { shape, numbers: numbers.map((x) => Math.floor(x) + 0.25 + (x - Math.floor(x)) / 2) };
}

/** No two alike, 0.4 apart. */
export function distinct(shape: readonly number[], offset = 0): Start {
  const count = shape.reduce((a, b) => a * b, 1);
  return { shape, numbers: Array.from({ length: count }, (_, i) => ((i * 5) % count) * 0.4 - 2 + offset) };
}

type Unary = (x: tf.Tensor) => tf.Tensor;

function one(kernel: string, input: string, start: Start, program: Unary, name = kernel): GradientCase {
  return { name, kernel, inputs: [input], starts: [start], program };
}

const smooth: readonly (readonly [string, Unary, low?: number, high?: number])[] = [
  ['Acos', tf.acos, -0.8, 0.8],
  ['Acosh', tf.acosh, 1.5, 5],
  ['Asin', tf.asin, -0.8, 0.8],
  ['Asinh', tf.asinh],
  ['Atan', tf.atan],
  ['Atanh', tf.atanh, -0.7, 0.7],
  ['Cos', tf.cos],
  ['Cosh', tf.cosh],
  ['Erf', tf.erf],
  ['Exp', tf.exp],
  ['Expm1', tf.expm1],
  ['Log', tf.log, 0.5, 4],
  ['Log1p', tf.log1p, 0, 4],
  ['Neg', tf.neg],
  ['Reciprocal', tf.reciprocal, 0.7, 3],
  ['Rsqrt', tf.rsqrt, 0.7, 3],
  ['Sigmoid', tf.sigmoid],
  ['Sin', tf.sin],
  ['Sinh', tf.sinh],
  ['Softplus', tf.softplus],
  ['Sqrt', tf.sqrt, 0.5, 4],
  ['Square', tf.square],
  ['Tan', tf.tan, -0.8, 0.8],
  ['Tanh', tf.tanh],
  ['Cast', (x) => tf.cast(x, 'float32')],
  ['Identity', (x) => tf.clone(x)],
  ['Reverse', (x) => tf.reverse(x, 1)],
  ['Reshape', (x) => tf.reshape(x, [2, 3])],
  ['Transpose', (x) => tf.transpose(x)],
];

const bent: readonly (readonly [string, Unary])[] = [
  ['Abs', tf.abs],
  ['ClipByValue', (x) => tf.clipByValue(x, -1, 2)],
  ['Elu', tf.elu],
  ['LeakyRelu', (x) => tf.leakyRelu(x, 0.3)],
  ['Relu', tf.relu],
  ['Relu6', (x) => tf.relu6(tf.mul(x, 3))],
  ['Selu', tf.selu],
];

const pairs: readonly (readonly [string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor])[] = [
  ['Add', tf.add],
  ['Sub', tf.sub],
  ['Multiply', tf.mul],
  ['RealDiv', tf.div],
  ['Pow', tf.pow],
  ['SquaredDifference', tf.squaredDifference],
];
const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[], [2, 2]],
  [
    [2, 1, 2],
    [3, 1],
  ],
];

/** Flat kernels, beside something that is not. */
const flat: readonly (readonly [string, Unary])[] = [
  ['Ceil', tf.ceil],
  ['Floor', tf.floor],
  ['Round', (x) => tf.round(tf.add(x, 0.5))],
  ['Sign', tf.sign],
  ['Step', (x) => tf.step(x, 0.25)],
  ['ZerosLike', tf.zerosLike],
  ['OnesLike', tf.onesLike],
  ['IsNan', (x) => tf.cast(tf.isNaN(x), 'float32')],
  ['IsInf', (x) => tf.cast(tf.isInf(x), 'float32')],
  ['IsFinite', (x) => tf.cast(tf.isFinite(x), 'float32')],
];
const answers: readonly (readonly [string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor])[] = [
  ['Equal', tf.equal],
  ['NotEqual', tf.notEqual],
  ['Greater', tf.greater],
  ['GreaterEqual', tf.greaterEqual],
  ['Less', tf.less],
  ['LessEqual', tf.lessEqual],
];

const shape3 = [2, 3, 2];

export const gradientCases: readonly GradientCase[] = [
  ...smooth.map(([kernel, op, low, high]) => one(kernel, 'x', within([3, 2], low, high), op)),
  ...bent.map(([kernel, op]) => one(kernel, 'x', between([4, 3]), op)),
  ...pairs.flatMap(([kernel, program]) =>
    shapes.map(([a, b]): GradientCase => ({
      name: `${kernel} [${a.join()}] [${b.join()}]`,
      kernel,
      inputs: ['a', 'b'],
      starts: [within(a, 0.6, 2), within(b, 0.6, 2, 2)],
      program,
    })),
  ),
  ...flat.map(([kernel, op]) => one(kernel, 'x', between([2, 3]), (x) => tf.mul(tf.add(op(x), 2), x))),
  ...(['argMax', 'argMin'] as const).map((op) =>
    one(op === 'argMax' ? 'ArgMax' : 'ArgMin', 'x', distinct([2, 3]), (x) =>
      tf.mul(tf.cast(tf.expandDims(tf[op](x, 1), 1), 'float32'), x),
    ),
  ),
  ...answers.map(([kernel, op]): GradientCase => ({
    name: kernel,
    kernel,
    inputs: ['a', 'b'],
    starts: [distinct([2, 3]), distinct([3], 0.2)],
    program: (a, b) => tf.mul(tf.add(tf.cast(op(a, b), 'float32'), a), b),
  })),
  ...(['Maximum', 'Minimum'] as const).map((kernel): GradientCase => ({
    name: kernel,
    kernel,
    inputs: ['a', 'b'],
    starts: [distinct([2, 3]), distinct([3], 0.2)],
    program: kernel === 'Maximum' ? tf.maximum : tf.minimum,
  })),
  {
    name: 'Mod',
    kernel: 'Mod',
    inputs: ['a', 'b'],
    starts: [between([4], 0, 6), { shape: [], numbers: [7.3] }],
    program: tf.mod,
  },
  one('Sum', 'x', within(shape3), (x) => tf.sum(x), 'Sum of all'),
  one('Sum', 'x', within(shape3), (x) => tf.sum(x, [0, -1]), 'Sum of axes'),
  one('Sum', 'x', within(shape3), (x) => tf.sum(x, 1, true), 'Sum that keeps its axis'),
  one('Mean', 'x', within(shape3), (x) => tf.mean(x), 'Mean of all'),
  one('Mean', 'x', within(shape3), (x) => tf.mean(x, -1, true), 'Mean that keeps its axis'),
  one('Max', 'x', distinct([3, 4]), (x) => tf.max(x, -1)),
  one('Min', 'x', distinct([3, 4]), (x) => tf.min(x, 0, true)),
  one('Prod', 'x', within([3, 4], 0.5, 2), (x) => tf.prod(x, 0)),
  one('Prod', 'x', { shape: [5], numbers: [1, 0, 2, -1, 0.5] }, (x) => tf.prod(x), 'Prod with a zero'),
  one('Prod', 'x', within(shape3, 0.5, 1.5), (x) => tf.prod(x, [0, 2], true), 'Prod of axes'),
  one('StridedSlice', 'x', within([4, 5]), (x) => tf.stridedSlice(x, [0, 4], [4, 0], [2, -2])),
  one('StridedSlice', 'x', within([3, 4]), (x) => tf.stridedSlice(x, [1, 1], [2, 3], [1, 1], 0, 0, 0, 0, 1), 'StridedSlice that drops an axis'), // prettier-ignore
  one('MirrorPad', 'x', within([3, 2]), (x) => tf.mirrorPad(x, [[2, 1], [0, 1]], 'reflect'), 'MirrorPad reflect'), // prettier-ignore
  one('MirrorPad', 'x', within([3, 2]), (x) => tf.mirrorPad(x, [[2, 1], [0, 1]], 'symmetric'), 'MirrorPad symmetric'), // prettier-ignore
  {
    name: 'Prelu',
    kernel: 'Prelu',
    inputs: ['x', 'alpha'],
    starts: [between([2, 3]), within([3], 0, 1, 4)],
    program: tf.prelu,
  },
  ...imageGradientCases(),
  one('Cumsum', 'x', within(shape3), (x) => tf.cumsum(x, 1, true, true)),
  one('Softmax', 'logits', within(shape3), (x) => tf.softmax(x)),
  one('ExpandDims', 'input', within([2, 2]), (x) => tf.expandDims(x, 1)),
  one('Slice', 'x', within(shape3), (x) => tf.slice(x, [1, 0, 1], [1, 2, 1])),
  one('PadV2', 'x', within([2, 2]), (x) => tf.pad(x, [[1, 0], [0, 2]], 1)), // prettier-ignore
  one('Tile', 'x', within([2, 1, 2]), (x) => tf.tile(x, [2, 3, 2])),
  one('Tile', 'x', within([2, 1]), (x) => tf.broadcastTo(x, [3, 2, 2]), 'Tile of a broadcast'),
  one('GatherV2', 'x', within([3, 2]), (x) => tf.gather(x, [2, 0, 2, 2])),
  one('GatherV2', 'x', within(shape3), (x) => tf.gather(x, tf.tensor2d([[2, 0], [1, 1]], [2, 2], 'int32'), 1), 'GatherV2 of axis 1'), // prettier-ignore
  one('GatherV2', 'x', within([3]), (x) => tf.gather(x, [1, 1, 0]), 'GatherV2 of numbers'),
  one('UnsortedSegmentSum', 'x', within([4, 2]), (x) =>
    tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1, 1], 'int32'), 3),
  ),
  one('Unpack', 'value', within(shape3), (x) => tf.addN(tf.unstack(x, 1))),
  one('SplitV', 'x', within([2, 4]), (x) => {
    const [a, b] = tf.split(x, [1, 3], 1);
    if (a === undefined || b === undefined) throw new Error('two parts');
    return tf.mul(a, b);
  }),
  ...(['Concat', 'Pack', 'AddN'] as const).map((kernel): GradientCase => ({
    name: kernel,
    kernel,
    inputs: ['inputs'],
    starts: [within([2, 2]), within([2, 2], 0, 1, 3)],
    program: (a, b) =>
      kernel === 'Concat'
        ? tf.concat([a, b, a], 1)
        : kernel === 'Pack'
          ? tf.stack([a, b], 1)
          : tf.addN([a, b, a]),
  })),
  {
    name: 'Select',
    kernel: 'Select',
    inputs: ['t', 'e'],
    starts: [within([2, 2]), within([2, 2], 0, 1, 3)],
    program: (a, b) => tf.where(tf.tensor2d([[1, 0], [0, 1]], [2, 2], 'bool'), a, b), // prettier-ignore
  },
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB): GradientCase => ({
      name: `BatchMatMul${transposeA ? ', first transposed' : ''}${transposeB ? ', second transposed' : ''}`,
      kernel: 'BatchMatMul',
      inputs: ['a', 'b'],
      starts: [
        within([2, ...(transposeA ? [3, 2] : [2, 3])]),
        within([2, ...(transposeB ? [2, 3] : [3, 2])], -1, 1, 4),
      ],
      program: (a, b) => tf.matMul(a, b, transposeA, transposeB),
    })),
  ),
];
