// Kernels that move, copy, make or convert elements without computing with them.
import * as tf from '@tensorflow/tfjs-core';
import { host, int, integers, scalar } from '../recorder.ts';
import type { Value } from '../value.ts';
import {
  anyType,
  axesOf,
  cast,
  inputAt,
  numberAttribute,
  numbersAttribute,
  numeric,
  pairsAttribute,
  reshape,
  transpose,
  typeAttribute,
  unsupported,
} from './rule.ts';
import type { KernelCall, KernelRule, TensorType } from './rule.ts';

export const layoutRules: readonly KernelRule[] = [
  rule('Identity', 'x', (_, x) => x),
  rule('Cast', 'x', (call, x) => cast(call.recorder, x, typeAttribute(call, 'dtype'))),
  rule('Reshape', 'x', (call, x) => {
    const given = numbersAttribute(call, 'shape');
    const known = given.reduce((product, size) => (size === -1 ? product : product * size), 1);
    const all = x.shape.reduce((product, size) => product * size, 1);
    return reshape(
      call.recorder,
      x,
      given.map((size) => (size === -1 ? all / known : size)),
    );
  }),
  rule('ExpandDims', 'input', (call, x) => {
    const [dim = 0] = axesOf(call, 'dim', x.shape.length + 1);
    return reshape(call.recorder, x, x.shape.toSpliced(dim, 0, 1));
  }),
  rule('Transpose', 'x', (call, x) => transpose(call.recorder, x, numbersAttribute(call, 'perm'))),
  rule('Slice', 'x', (call, x) => {
    const info = { shape: [...x.shape], dtype: typeOf(x), dataId: {} };
    const [begin = [], size = []] = tf.slice_util.parseSliceParams(
      info,
      numberOrNumbers(call.attributes['begin']),
      call.attributes['size'] === undefined ? undefined : numberOrNumbers(call.attributes['size']),
    );
    tf.slice_util.assertParamsValid(info, begin, size);
    return slice(call, x, begin, size);
  }),
  rule('Tile', 'x', (call, x) => {
    const reps = numbersAttribute(call, 'reps');
    const shape = x.shape.map((size, axis) => size * (reps[axis] ?? 1));
    // What tfjs calls a broadcast, and ONNX Runtime does faster as such.
    if (x.shape.every((size, axis) => size === 1 || reps[axis] === 1))
      return call.recorder.add('Expand', [x, integers(shape)], { type: x.type, shape });
    return call.recorder.add('Tile', [x, integers(reps)], { type: x.type, shape });
  }),
  {
    kernel: 'PadV2',
    inputs: { x: numeric },
    record: (call) => {
      const x = inputAt(call, 0);
      const pads = pairsAttribute(call, 'paddings');
      const shape = x.shape.map((size, axis) => size + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0));
      const amounts = integers([...pads.map(([before]) => before), ...pads.map(([, after]) => after)]);
      const value = scalar(numberAttribute(call, 'constantValue'), x.type);
      return call.recorder.add('Pad', [x, amounts, value], { type: x.type, shape });
    },
  },
  rule('Reverse', 'x', (call, x) => {
    const axes = axesOf(call, 'dims', x.shape.length);
    if (axes.length === 0) return x;
    const all = (value: number) => integers(axes.map(() => value));
    const inputs = [x, all(-1), all(-(2 ** 31)), integers(axes), all(-1)];
    return call.recorder.add('Slice', inputs, { type: x.type, shape: x.shape });
  }),
  {
    kernel: 'Concat',
    inputs: { inputs: anyType },
    list: true,
    record: (call) => {
      const rank = inputAt(call, 0).shape.length;
      const [axis = 0] = axesOf(call, 'axis', rank);
      return concat(call, call.inputs, axis);
    },
  },
  {
    kernel: 'Pack',
    inputs: { inputs: anyType },
    list: true,
    record: (call) => {
      const given = numberAttribute(call, 'axis');
      const axis = given < 0 ? given + inputAt(call, 0).shape.length + 1 : given;
      const { type } = inputAt(call, 0);
      if (call.inputs.some((x) => x.type !== type)) throw unsupported(call, 'of different types');
      const layers = call.inputs.map((x) => reshape(call.recorder, x, x.shape.toSpliced(axis, 0, 1)));
      return concat(call, layers, axis);
    },
  },
  rule('Unpack', 'value', (call, x) => {
    const [axis = 0] = axesOf(call, 'axis', x.shape.length);
    const shape = x.shape.toSpliced(axis, 1);
    return split(
      call,
      x,
      axis,
      Array.from({ length: x.shape[axis] ?? 0 }, () => 1),
    ).map((layer) => reshape(call.recorder, layer, shape));
  }),
  rule('SplitV', 'x', (call, x) => {
    const [axis = 0] = axesOf(call, 'axis', x.shape.length);
    const given = numberOrNumbers(call.attributes['numOrSizeSplits']);
    const shape = { shape: [...x.shape] } as tf.Tensor; // all that is looked at
    return split(call, x, axis, tf.backend_util.prepareSplitSize(shape, given, axis));
  }),
  rule('ZerosLike', 'x', (call, x) => repeat(call, 0, typeOf(x), x.shape)),
  rule('OnesLike', 'x', (call, x) => repeat(call, 1, typeOf(x), x.shape)),
  {
    kernel: 'Fill',
    inputs: {},
    record: (call) => {
      const { dtype } = call.attributes;
      const type = dtype === undefined || dtype === null ? 'float32' : typeAttribute(call, 'dtype');
      return repeat(call, numberAttribute(call, 'value'), type, numbersAttribute(call, 'shape'));
    },
  },
  {
    kernel: 'Range',
    inputs: {},
    record: (call) => {
      const [start, stop, given] = [
        numberAttribute(call, 'start'),
        numberAttribute(call, 'stop'),
        numberAttribute(call, 'step'),
      ];
      const step = stop < start && given === 1 ? -1 : given;
      const count = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
      const numbers = Array.from({ length: count }, (_, i) => start + i * step);
      const type = typeAttribute(call, 'dtype');
      if (type === 'bool') throw unsupported(call, 'of booleans');
      return host(type === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers), type, [count]);
    },
  },
];

function rule(
  kernel: string,
  input: string,
  write: (call: KernelCall, x: Value) => Value | readonly Value[],
): KernelRule {
  return { kernel, inputs: { [input]: anyType }, record: (call) => write(call, inputAt(call, 0)) };
}

function slice(call: KernelCall, x: Value, begin: readonly number[], size: readonly number[]): Value {
  if (x.shape.length === 0) return x;
  const end = begin.map((start, axis) => start + (size[axis] ?? 0));
  const axes = begin.map((_, axis) => axis);
  const inputs = [x, integers(begin), integers(end), integers(axes)];
  return call.recorder.add('Slice', inputs, { type: x.type, shape: size });
}

function concat(call: KernelCall, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (first === undefined) throw new Error(`\`${call.kernel}\` of nothing`);
  const shapes = parts.map((part) => [...part.shape]);
  tf.backend_util.assertParamsConsistent(shapes, axis);
  const shape = tf.backend_util.computeOutShape(shapes, axis);
  return call.recorder.add('Concat', parts, { type: first.type, shape }, { attributes: { axis: int(axis) } });
}

function split(call: KernelCall, x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  const outputs = sizes.map((size) => ({ type: x.type, shape: x.shape.with(axis, size) }));
  return call.recorder.addMany('Split', [x, integers(sizes)], outputs, { attributes: { axis: int(axis) } });
}

function repeat(call: KernelCall, value: number, type: TensorType, shape: readonly number[]): Value {
  return call.recorder.add('Expand', [scalar(value, type), integers(shape)], { type, shape });
}

function typeOf(x: Value): TensorType {
  if (x.type === 'int64') throw new Error('tensors outside a recording are never int64');
  return x.type;
}

function numberOrNumbers(value: unknown): number | number[] {
  return Array.isArray(value) ? value.map(Number) : Number(value);
}
