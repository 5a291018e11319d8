// Kernels that fold axes: sums, means, extremes and where they are, running sums, softmax.
import { int, integers, scalar } from '../recorder.ts';
import { sizeOf } from '../value.ts';
import type { Value } from '../value.ts';
import {
  anyType,
  axesOf,
  cast,
  flagAttribute,
  inputAt,
  numberAttribute,
  numeric,
  real32,
  reshape,
  truth,
} from './rule.ts';
import type { KernelCall, KernelRule, TensorType } from './rule.ts';

const folds: readonly (readonly [kernel: string, op: string, types: readonly TensorType[]])[] = [
  ['Max', 'ReduceMax', numeric],
  ['Min', 'ReduceMin', numeric],
  ['Prod', 'ReduceProd', numeric],
];

export const reduceRules: readonly KernelRule[] = [
  rule('Sum', numeric, (call, x) => sumOfRows(call, x) ?? fold(call, 'ReduceSum', x)),
  ...folds.map(([kernel, op, types]) => rule(kernel, types, (call, x) => fold(call, op, x))),
  rule('Mean', anyType, (call, x) => fold(call, 'ReduceMean', cast(call.recorder, x, 'float32'))),
  rule('All', truth, (call, x) => foldTruth(call, 'ReduceMin', x)),
  rule('Any', truth, (call, x) => foldTruth(call, 'ReduceMax', x)),
  rule('ArgMax', anyType, (call, x) => findExtreme(call, 'ArgMax', x)),
  rule('ArgMin', anyType, (call, x) => findExtreme(call, 'ArgMin', x)),
  rule('Cumsum', numeric, (call, x) => {
    const axis = numberAttribute(call, 'axis');
    const attributes = {
      exclusive: int(Number(flagAttribute(call, 'exclusive'))),
      reverse: int(Number(flagAttribute(call, 'reverse'))),
    };
    return call.recorder.add('CumSum', [x, scalar(axis, 'int64')], x, { attributes });
  }),
  {
    kernel: 'Softmax',
    inputs: { logits: real32 },
    record: (call) => {
      const logits = inputAt(call, 0);
      return call.recorder.add('Softmax', [logits], logits, {
        attributes: { axis: int(numberAttribute(call, 'dim')) },
      });
    },
  },
  {
    kernel: 'TopK',
    inputs: { x: numeric },
    record: (call) => {
      const x = inputAt(call, 0);
      const k = numberAttribute(call, 'k');
      const shape = [...x.shape.slice(0, -1), k];
      const [values, indices] = call.recorder.addMany(
        'TopK',
        [x, integers([k])],
        [
          { type: x.type, shape },
          { type: 'int64', shape },
        ],
        // tfjs leaves the order of an unsorted result open; sorted is one of them.
        { attributes: { axis: int(-1), largest: int(1), sorted: int(1) } },
      );
      if (values === undefined || indices === undefined) throw new Error('`TopK` has two outputs');
      return [values, cast(call.recorder, indices, 'int32')];
    },
  },
];

function rule(
  kernel: string,
  types: readonly TensorType[],
  write: (call: KernelCall, x: Value) => Value,
): KernelRule {
  return { kernel, inputs: { x: types }, record: (call) => write(call, inputAt(call, 0)) };
}

function fold(call: KernelCall, op: string, x: Value): Value {
  // tfjs's `Max` has another name for it.
  const axes = axesOf(call, call.kernel === 'Max' ? 'reductionIndices' : 'axis', x.shape.length);
  const keepDims = flagAttribute(call, 'keepDims');
  const shape = folded(x.shape, axes, keepDims);
  // ONNX takes an empty list of axes for all of them.
  if (axes.length === 0) return reshape(call.recorder, x, shape);
  return call.recorder.add(
    op,
    [x, integers(axes)],
    { type: x.type, shape },
    { attributes: { keepdims: int(Number(keepDims)) } },
  );
}

/** The sum over all axes but the last, as a product: ONNX Runtime computes that in half the time, or less. */
function sumOfRows(call: KernelCall, x: Value): Value | undefined {
  const { recorder } = call;
  const axes = axesOf(call, 'axis', x.shape.length);
  const columns = x.shape.at(-1) ?? 0;
  const rows = sizeOf(x.shape.slice(0, -1));
  const leading = axes.length === x.shape.length - 1 && axes.every((axis, i) => axis === i);
  if (!leading || x.type !== 'float32' || rows < 16 || columns < 16) return undefined;
  const ones = { type: x.type, shape: [1, rows] };
  const row = recorder.add('Expand', [scalar(1, x.type), integers(ones.shape)], ones);
  const sum = recorder.add('MatMul', [row, reshape(recorder, x, [rows, columns])], {
    type: x.type,
    shape: [1, columns],
  });
  return reshape(recorder, sum, folded(x.shape, axes, flagAttribute(call, 'keepDims')));
}

function foldTruth(call: KernelCall, op: string, x: Value): Value {
  return cast(call.recorder, fold(call, op, cast(call.recorder, x, 'int32')), 'bool');
}

function findExtreme(call: KernelCall, op: string, x: Value): Value {
  const [axis = 0] = axesOf(call, 'axis', x.shape.length);
  const found = call.recorder.add(
    op,
    [x.type === 'bool' ? cast(call.recorder, x, 'int32') : x],
    { type: 'int64', shape: folded(x.shape, [axis], false) },
    { attributes: { axis: int(axis), keepdims: int(0) } },
  );
  return cast(call.recorder, found, 'int32');
}

function folded(shape: readonly number[], axes: readonly number[], keepDims: boolean): readonly number[] {
  return shape.flatMap((size, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [size]));
}
