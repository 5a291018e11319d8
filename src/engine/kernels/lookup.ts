// Kernels that pick elements by index, and the product of matrices.
import * as tf from '@tensorflow/tfjs-core';
import { int, integers, ints, scalar } from '../recorder.ts';
import type { OutputType, Recorder } from '../recorder.ts';
import type { Constant, Value } from '../value.ts';
import {
  anyType,
  axesOf,
  broadcast,
  cast,
  flagAttribute,
  inputAt,
  numberAttribute,
  numeric,
  real32,
  reshape,
  typeAttribute,
  unsupported,
  whole,
} from './rule.ts';
import type { KernelCall, KernelRule } from './rule.ts';

export const lookupRules: readonly KernelRule[] = [
  {
    kernel: 'GatherV2',
    inputs: { x: anyType, indices: whole },
    record: (call) => {
      const [x, indices] = [inputAt(call, 0), inputAt(call, 1)];
      const [axis = 0] = axesOf(call, 'axis', x.shape.length);
      if (call.attributes['batchDims'] !== 0) throw unsupported(call, 'with `batchDims`');
      const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
      if (isOrder(indices, x.shape[axis])) return reshape(call.recorder, x, shape);
      return call.recorder.add(
        'Gather',
        [x, indices],
        { type: x.type, shape },
        { attributes: { axis: int(axis) } },
      );
    },
  },
  {
    kernel: 'GatherNd',
    inputs: { params: anyType, indices: whole },
    record: (call) => {
      const [params, indices] = [inputAt(call, 0), inputAt(call, 1)];
      tf.gather_util.prepareAndValidate(infoOf(params), infoOf(indices));
      const depth = indices.shape.at(-1) ?? 0;
      const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
      const wide = cast(call.recorder, indices, 'int64');
      return call.recorder.add('GatherND', [params, wide], { type: params.type, shape });
    },
  },
  {
    kernel: 'UnsortedSegmentSum',
    inputs: { x: real32, segmentIds: whole },
    record: sumSegments,
  },
  {
    kernel: 'OneHot',
    inputs: { indices: whole },
    record: (call) => {
      const indices = inputAt(call, 0);
      const depth = numberAttribute(call, 'depth');
      const [on, off] = [numberAttribute(call, 'onValue'), numberAttribute(call, 'offValue')];
      const shape = [...indices.shape, depth];
      // int32 throughout: WebGPU compares no int64.
      const places: Constant = {
        kind: 'constant',
        type: 'int32',
        shape: [depth],
        numbers: Array.from({ length: depth }, (_, i) => i),
      };
      const column = reshape(call.recorder, indices, [...indices.shape, 1]);
      const hit = call.recorder.add('Equal', [column, places], { type: 'bool', shape });
      const picked = [hit, scalar(on, 'float32'), scalar(off, 'float32')];
      const chosen = call.recorder.add('Where', picked, { type: 'float32', shape });
      return cast(call.recorder, chosen, typeAttribute(call, 'dtype'));
    },
  },
  {
    kernel: 'BatchMatMul',
    inputs: { a: numeric, b: numeric },
    record: (call) => {
      if (call.inputs.some(({ shape }) => shape.length < 2)) throw unsupported(call, 'of vectors');
      const [ofA, ofB] = [flagAttribute(call, 'transposeA'), flagAttribute(call, 'transposeB')];
      if (ofA || ofB) return transposedProduct(call, ofA, ofB);
      const [a, b] = [inputAt(call, 0), inputAt(call, 1)];
      return call.recorder.add('MatMul', [a, b], productOf(call, a, b));
    },
  },
  {
    kernel: 'AddN',
    inputs: { inputs: numeric },
    list: true,
    record: (call) =>
      call.inputs.slice(1).reduce((sum, x) => call.recorder.add('Add', [sum, x], sum), inputAt(call, 0)),
  },
];

/**
 * The gradient of a lookup. Rows with a negative segment belong nowhere. `ScatterElements` although `ScatterND` takes a tenth
 * of its time: with two threads the latter loses additions where rows share a segment (ONNX Runtime 1.30; 20,000 rows of
 * 384 into one segment). A product with a one-hot matrix takes four times as long (1,024 rows of 384 into 512 segments).
 */
function sumSegments(call: KernelCall): Value {
  const { recorder } = call;
  const [x, ids] = [inputAt(call, 0), inputAt(call, 1)];
  const shape = [numberAttribute(call, 'numSegments'), ...x.shape.slice(1)];
  if (isOrder(ids, shape[0])) return x;
  const column = reshape(recorder, ids, [ids.shape[0] ?? 0, ...x.shape.slice(1).map(() => 1)]);
  const nowhere = recorder.add('Less', [column, scalar(0, 'int32')], { type: 'bool', shape: column.shape });
  const kept = recorder.add('Where', [nowhere, scalar(0, x.type), x], x);
  const first = recorder.add('Max', [column, scalar(0, 'int32')], column);
  const places = recorder.add('Expand', [first, integers(x.shape)], { type: 'int32', shape: x.shape });
  const zeros = recorder.add('Expand', [scalar(0, x.type), integers(shape)], { type: x.type, shape });
  const attributes = { axis: int(0), reduction: { text: 'add' } };
  return recorder.add('ScatterElements', [zeros, places, kept], zeros, { attributes });
}

/** Whether indices are all there are, in order, as part of the structure. */
function isOrder(indices: Value, length: number | undefined): boolean {
  const { kind } = indices;
  return kind === 'constant' && indices.numbers.length === length && indices.numbers.every((n, i) => n === i);
}

/** Of two matrices as `Gemm`, which reads a transposed one as it lies; of many, with transposed copies that ONNX Runtime fuses away. */
function transposedProduct(call: KernelCall, ofA: boolean, ofB: boolean): Value {
  const { recorder } = call;
  const [x, y] = [inputAt(call, 0), inputAt(call, 1)];
  const [a, b] = [matrix(recorder, x, ofA), matrix(recorder, y, ofB)];
  const output = productOf(call, a, b);
  const plain = x.shape.length === 2 && y.shape.length === 2 && x.type === 'float32';
  if (!plain) return recorder.add('MatMul', [a, b], output);
  return recorder.add('Gemm', [x, y], output, {
    attributes: { transA: int(Number(ofA)), transB: int(Number(ofB)) },
  });
}

/** Type and shape of the product of two matrices, or of two lists of matrices. */
function productOf(call: KernelCall, a: Value, b: Value): OutputType {
  if (a.shape.at(-1) !== b.shape.at(-2))
    throw unsupported(call, `of shapes [${a.shape.join()}] and [${b.shape.join()}]`);
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { type: a.type, shape: [...batch, a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1] };
}

/** What tfjs's checks look at. */
function infoOf({ shape, type }: Value): tf.TensorInfo {
  return { shape: [...shape], dtype: type === 'int32' ? 'int32' : 'float32', dataId: {} };
}

function matrix(recorder: Recorder, x: Value, transpose: boolean): Value {
  if (!transpose) return x;
  const rank = x.shape.length;
  const order = x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  return recorder.add('Transpose', [x], { type: x.type, shape }, { attributes: { perm: ints(order) } });
}
