// One or more small programs for every kernel and type the backend `onnx` declares.
import * as tf from '@tensorflow/tfjs-core';
import { imageCases } from './image-cases.ts';
import type { Program } from './on-backend.ts';

export interface KernelCase {
  readonly name: string;
  readonly program: Program;
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Fixed reals in (low, high), different for each seed. */
function reals(shape: number[], low = -2, high = 2, seed = 1): tf.Tensor {
  const values = Array.from({ length: size(shape) }, (_, i) => {
    const fraction = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return low + (fraction - Math.floor(fraction)) * (high - low);
  });
  return tf.tensor(values, shape, 'float32');
}

function integers(shape: number[], low = -5, high = 6, seed = 1): tf.Tensor {
  const values = Array.from({ length: size(shape) }, (_, i) => low + ((i * 7 + seed * 3) % (high - low)));
  return tf.tensor(values, shape, 'int32');
}

function truths(shape: number[], seed = 1): tf.Tensor {
  return tf.tensor(
    Array.from({ length: size(shape) }, (_, i) => (i * i + seed) % 3 === 0),
    shape,
    'bool',
  );
}

const odd = (): tf.Tensor => tf.tensor1d([NaN, Infinity, -Infinity, 0, -1.5]);

type Unary = (x: tf.Tensor) => tf.Tensor;
const onAll: readonly (readonly [string, Unary, low: number, high: number])[] = [
  ['acos', tf.acos, -1, 1],
  ['acosh', tf.acosh, 1, 5],
  ['asin', tf.asin, -1, 1],
  ['asinh', tf.asinh, -3, 3],
  ['atan', tf.atan, -3, 3],
  ['atanh', tf.atanh, -0.9, 0.9],
  ['ceil', tf.ceil, -3, 3],
  ['cos', tf.cos, -3, 3],
  ['cosh', tf.cosh, -3, 3],
  ['elu', tf.elu, -3, 3],
  ['erf', tf.erf, -3, 3],
  ['exp', tf.exp, -3, 3],
  ['expm1', tf.expm1, -3, 3],
  ['floor', tf.floor, -3, 3],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.3), -3, 3],
  ['log', tf.log, 0.1, 9],
  ['log1p', tf.log1p, 0, 9],
  ['reciprocal', tf.reciprocal, 0.2, 4],
  ['relu', tf.relu, -3, 3],
  ['relu6', tf.relu6, -3, 9],
  ['round', tf.round, -3, 3],
  ['rsqrt', tf.rsqrt, 0.1, 9],
  ['selu', tf.selu, -3, 3],
  ['sigmoid', tf.sigmoid, -3, 3],
  ['sin', tf.sin, -3, 3],
  ['sinh', tf.sinh, -3, 3],
  ['softplus', tf.softplus, -3, 3],
  ['sqrt', tf.sqrt, 0, 9],
  ['step', (x) => tf.step(x, 0.25), -3, 3],
  ['tan', tf.tan, -1, 1],
  ['tanh', tf.tanh, -3, 3],
  ['clipByValue', (x) => tf.clipByValue(x, -1, 0.5), -3, 3],
];

const onNumbers: readonly (readonly [string, Unary])[] = [
  ['abs', tf.abs],
  ['neg', tf.neg],
  ['sign', tf.sign],
  ['square', tf.square],
  ['sum of all', (x) => tf.sum(x)],
  ['sum of axes', (x) => tf.sum(x, [0, -1], true)],
  ['mean', (x) => tf.mean(x, 1)],
  ['max', (x) => tf.max(x, -1, true)],
  ['min', (x) => tf.min(x, [1, 2])],
  ['prod', (x) => tf.prod(x, 0)],
  ['argMax', (x) => tf.argMax(x, 1)],
  ['argMin', (x) => tf.argMin(x, -1)],
  ['cumsum', (x) => tf.cumsum(x, 1)],
  ['cumsum backwards', (x) => tf.cumsum(x, 2, true, true)],
  [
    'pad',
    (x) =>
      tf.pad(
        x,
        [
          [0, 1],
          [2, 0],
          [1, 1],
        ],
        3,
      ),
  ],
];

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
const onPairs: readonly (readonly [string, Binary])[] = [
  ['add', tf.add],
  ['sub', tf.sub],
  ['mul', tf.mul],
  ['maximum', tf.maximum],
  ['minimum', tf.minimum],
  ['squaredDifference', tf.squaredDifference],
  ['equal', tf.equal],
  ['notEqual', tf.notEqual],
  ['greater', tf.greater],
  ['greaterEqual', tf.greaterEqual],
  ['less', tf.less],
  ['lessEqual', tf.lessEqual],
];
const pairsOfShapes: readonly (readonly [number[], number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], []],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [[4], [2, 3, 4]],
];

/** Layout kernels behave alike for every type. */
const onAnything: readonly (readonly [string, (x: tf.Tensor) => tf.Tensor | tf.Tensor[]])[] = [
  ['clone', (x) => tf.clone(x)],
  ['reshape', (x) => tf.reshape(tf.transpose(x), [-1, 6])],
  ['expandDims', (x) => tf.expandDims(tf.transpose(x), -2)],
  ['squeeze', (x) => tf.squeeze(tf.slice(x, [0, 1, 0], [2, 1, 4]))],
  ['transpose', (x) => tf.transpose(x, [2, 0, 1])],
  ['slice', (x) => tf.slice(x, [1, 0, 2], [1, -1, 2])],
  ['tile', (x) => tf.tile(x, [1, 2, 3])],
  ['broadcastTo', (x) => tf.broadcastTo(tf.slice(x, [0, 0, 0], [1, 3, 1]), [5, 3, 2])],
  ['stridedSlice that goes back from the middle', (x) => tf.stridedSlice(x, [0, 1, 2], [2, -4, 0], [1, -1, -1], 0, 2)], // prettier-ignore
  ['stridedSlice', (x) => tf.stridedSlice(x, [0, 2, 3], [2, -5, 0], [1, -1, -2], 0, 2)],
  [
    'stridedSlice that drops an axis',
    (x) => tf.stridedSlice(x, [1, 0, 1], [2, 3, 3], [1, 1, 1], 0, 0, 0, 0, 1),
  ],
  ['stridedSlice of all', (x) => tf.stridedSlice(x, [0, 0, 0], [2, 3, 4])],
  ['mirrorPad reflect', (x) => tf.mirrorPad(x, [[1, 0], [2, 1], [0, 3]], 'reflect')], // prettier-ignore
  ['mirrorPad symmetric', (x) => tf.mirrorPad(x, [[2, 1], [0, 3], [1, 0]], 'symmetric')], // prettier-ignore
  ['reverse', (x) => tf.reverse(x, [0, -1])],
  ['concat', (x) => tf.concat([x, tf.reverse(x, 1)], 1)],
  ['stack', (x) => tf.stack([x, x], -1)],
  ['unstack', (x) => tf.unstack(x, 1)],
  ['split evenly', (x) => tf.split(x, 2, -1)],
  ['split by sizes', (x) => tf.split(x, [1, -1], 1)],
  ['zerosLike', (x) => tf.zerosLike(x)],
  ['onesLike', (x) => tf.onesLike(x)],
  ['gather', (x) => tf.gather(x, tf.tensor2d([1, 0, 2, 2], [2, 2], 'int32'), 1)],
  ['gatherND', (x) => tf.gatherND(x, tf.tensor2d([1, 0, 0, 2], [2, 2], 'int32'))],
  ['cast to float32', (x) => tf.cast(x, 'float32')],
  ['cast to int32', (x) => tf.cast(x, 'int32')],
  ['cast to bool', (x) => tf.cast(x, 'bool')],
];
const shape3 = [2, 3, 4];
const makers: readonly (readonly [string, () => tf.Tensor])[] = [
  ['float32', () => reals(shape3)],
  ['int32', () => integers(shape3)],
  ['bool', () => truths(shape3)],
];

export const kernelCases: readonly KernelCase[] = [
  ...imageCases(reals, integers),
  ...onAll.map(([name, op, low, high]) => ({ name, program: () => op(reals([3, 5], low, high)) })),
  ...onNumbers.flatMap(([name, op]) => [
    { name: `${name} float32`, program: () => op(reals(shape3)) },
    { name: `${name} int32`, program: () => op(integers(shape3)) },
  ]),
  ...onPairs.flatMap(([name, op]) =>
    pairsOfShapes.flatMap(([a, b]) => [
      {
        name: `${name} float32 [${a.join()}] [${b.join()}]`,
        program: () => op(reals(a), reals(b, -2, 2, 5)),
      },
      {
        name: `${name} int32 [${a.join()}] [${b.join()}]`,
        program: () => op(integers(a), integers(b, -5, 6, 2)),
      },
    ]),
  ),
  ...onAnything.flatMap(([name, op]) =>
    makers.map(([type, make]) => ({ name: `${name} ${type}`, program: () => op(make()) })),
  ),
  { name: 'div', program: () => tf.div(reals([2, 3]), reals([3], 0.5, 2)) },
  { name: 'div of integers', program: () => tf.div(integers([12], -6, 6), integers([1], -3, -2)) },
  { name: 'floorDiv', program: () => tf.floorDiv(integers([12], -6, 6), tf.scalar(4, 'int32')) },
  { name: 'mod float32', program: () => tf.mod(reals([4, 3], -5, 5), tf.tensor1d([1.5, -0.7, 2])) },
  { name: 'mod int32', program: () => tf.mod(integers([12], -6, 6), tf.scalar(-4, 'int32')) },
  { name: 'pow float32', program: () => tf.pow(reals([4, 3], 0.1, 2), reals([3])) },
  { name: 'pow int32', program: () => tf.pow(integers([6], -3, 3), tf.scalar(3, 'int32')) },
  { name: 'equal bool', program: () => tf.equal(truths([6]), truths([6], 2)) },
  { name: 'notEqual bool', program: () => tf.notEqual(truths([6]), truths([6], 2)) },
  { name: 'logicalAnd', program: () => tf.logicalAnd(truths([2, 6]), truths([6], 2)) },
  { name: 'logicalOr', program: () => tf.logicalOr(truths([2, 6]), truths([6], 2)) },
  { name: 'prelu', program: () => tf.prelu(reals([2, 3]), reals([3], 0, 1, 4)) },
  { name: 'logicalNot', program: () => tf.logicalNot(truths([6])) },
  { name: 'all', program: () => tf.all(truths([4, 3]), 1) },
  { name: 'any', program: () => tf.any(truths([4, 3]), 0, true) },
  { name: 'sum of bool', program: () => tf.sum(truths([4, 3]), 0) },
  { name: 'where float32', program: () => tf.where(truths([2, 3]), reals([2, 3]), reals([2, 3], 5, 6)) },
  { name: 'where int32', program: () => tf.where(truths([3]), integers([2, 3]), integers([2, 3], 7, 9)) },
  { name: 'where bool', program: () => tf.where(truths([6]), truths([6], 2), truths([6], 0)) },
  { name: 'isNaN', program: () => tf.isNaN(odd()) },
  { name: 'isInf', program: () => tf.isInf(odd()) },
  { name: 'isFinite', program: () => tf.isFinite(odd()) },
  { name: 'softmax', program: () => tf.softmax(reals([2, 3, 5])) },
  { name: 'logSoftmax', program: () => tf.logSoftmax(reals([4, 5])) },
  { name: 'topk float32', program: () => Object.values(tf.topk(reals([3, 7]), 4)) },
  {
    name: 'topk int32',
    program: () => Object.values(tf.topk(tf.tensor2d([3, 1, 4, 8, 5, 9], [2, 3], 'int32'), 2)),
  },
  { name: 'mean of bool', program: () => tf.mean(truths([4, 3]), 0) },
  { name: 'argMax of bool', program: () => tf.argMax(truths([4, 3]), 0) },
  { name: 'argMin of bool', program: () => tf.argMin(truths([4, 3]), 1) },
  { name: 'matMul of integers', program: () => tf.matMul(integers([3, 4]), integers([4, 2])) },
  {
    name: 'matMul of integers, transposed',
    program: () => tf.matMul(integers([4, 3]), integers([4, 2]), true),
  },
  { name: 'relu int32', program: () => tf.relu(integers([6])) },
  { name: 'relu6 int32', program: () => tf.relu6(integers([12], -9, 12)) },
  { name: 'clipByValue int32', program: () => tf.clipByValue(integers([6]), -2, 3) },
  { name: 'sign of no number', program: () => tf.sign(odd()) },
  { name: 'slice without a size', program: () => tf.slice(reals([4, 3]), 1) },
  { name: 'range downwards', program: () => tf.range(3, 0) },
  { name: 'fill', program: () => tf.fill([2, 3], 1.5) },
  { name: 'zeros int32', program: () => tf.add(tf.fill([2, 3], 4, 'int32'), tf.scalar(1, 'int32')) },
  { name: 'range', program: () => tf.add(tf.range(1, 4, 0.5), 1) },
  { name: 'range int32', program: () => tf.range(9, 2, -3, 'int32') },
  { name: 'oneHot', program: () => tf.oneHot(tf.tensor1d([1, 0, 3, 7], 'int32'), 4) },
  {
    name: 'oneHot float32',
    program: () => tf.oneHot(tf.tensor2d([1, 2], [2, 1], 'int32'), 3, 5, -1, 'float32'),
  },
  { name: 'matMul', program: () => tf.matMul(reals([3, 4]), reals([4, 5], -1, 1, 3)) },
  { name: 'matMul transposed', program: () => tf.matMul(reals([4, 3]), reals([5, 4], -1, 1, 3), true, true) },
  {
    name: 'matMul batched',
    program: () => tf.matMul(reals([2, 3, 4]), reals([2, 5, 4], -1, 1, 3), false, true),
  },
  { name: 'matMul broadcast', program: () => tf.matMul(reals([2, 2, 3, 4]), reals([1, 2, 4, 2], -1, 1, 3)) },
  { name: 'addN float32', program: () => tf.addN([reals([2, 3]), reals([2, 3], 0, 1), reals([2, 3], 4, 5)]) },
  { name: 'addN int32', program: () => tf.addN([integers([4]), integers([4], 3, 9)]) },
  {
    name: 'unsortedSegmentSum',
    program: () => tf.unsortedSegmentSum(reals([4, 6]), tf.tensor1d([2, 0, -1, 2], 'int32'), 4),
  },
  {
    name: 'unsortedSegmentSum of numbers',
    program: () => tf.unsortedSegmentSum(reals([5]), tf.tensor1d([1, 1, 0, 3, 1], 'int32'), 4),
  },
  { name: 'transpose that changes nothing', program: () => tf.transpose(tf.neg(reals([2, 3])), [0, 1]) },
  { name: 'sum of no axes', program: () => tf.sum(tf.neg(reals([2, 3])), []) },
];
