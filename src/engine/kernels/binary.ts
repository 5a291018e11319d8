// Kernels of two tensors (and `Select` of three), element by element, with broadcasting.
import type { ElementType } from '../graph.ts';
import { int, scalar } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';
import type { Value } from '../value.ts';
import { anyType, broadcast, cast, inputAt, numeric, real32, truth, whole } from './rule.ts';
import type { KernelCall, KernelRule, TensorType } from './rule.ts';

const arithmetic: readonly (readonly [kernel: string, op: string, types: readonly TensorType[]])[] = [
  ['Add', 'Add', numeric],
  ['Sub', 'Sub', numeric],
  ['Multiply', 'Mul', numeric],
  ['RealDiv', 'Div', real32],
  ['Maximum', 'Max', numeric],
  ['Minimum', 'Min', numeric],
  ['Pow', 'Pow', numeric],
];

const comparisons: readonly (readonly [kernel: string, op: string, types: readonly TensorType[]])[] = [
  ['Equal', 'Equal', anyType],
  ['Greater', 'Greater', numeric],
  ['GreaterEqual', 'GreaterOrEqual', numeric],
  ['Less', 'Less', numeric],
  ['LessEqual', 'LessOrEqual', numeric],
  ['LogicalAnd', 'And', truth],
  ['LogicalOr', 'Or', truth],
];

export const binaryRules: readonly KernelRule[] = [
  ...arithmetic.map(([kernel, op, types]) =>
    rule(kernel, types, ({ recorder }, a, b) => meet(recorder, op, a, b)),
  ),
  ...comparisons.map(([kernel, op, types]) =>
    rule(kernel, types, ({ recorder }, a, b) => meet(recorder, op, a, b, 'bool')),
  ),
  rule('NotEqual', anyType, ({ recorder }, a, b) => {
    const equal = meet(recorder, 'Equal', a, b, 'bool');
    return recorder.add('Not', [equal], equal);
  }),
  rule('SquaredDifference', numeric, ({ recorder }, a, b) => {
    const difference = meet(recorder, 'Sub', a, b);
    return recorder.add('Mul', [difference, difference], difference);
  }),
  rule('FloorDiv', whole, ({ recorder }, a, b) => {
    // ONNX divides towards zero, tfjs downwards; the remainder of `Mod` has the divisor's sign, so this division is exact.
    const exact = meet(recorder, 'Sub', a, meet(recorder, 'Mod', a, b));
    return meet(recorder, 'Div', exact, b);
  }),
  rule('Mod', numeric, floorMod),
  {
    kernel: 'Prelu',
    inputs: { x: real32, alpha: real32 },
    record: (call) => {
      const [x, alpha] = [inputAt(call, 0), inputAt(call, 1)];
      const shape = broadcast(x.shape, alpha.shape);
      const slope = meet(call.recorder, 'Mul', x, alpha);
      const below = call.recorder.add('Less', [x, scalar(0, x.type)], { type: 'bool', shape: x.shape });
      return call.recorder.add('Where', [below, slope, x], { type: x.type, shape });
    },
  },
  {
    kernel: 'Select',
    inputs: { condition: truth, t: anyType, e: anyType },
    record: select,
  },
];

function rule(
  kernel: string,
  types: readonly TensorType[],
  write: (call: KernelCall, a: Value, b: Value) => Value,
): KernelRule {
  return {
    kernel,
    inputs: { a: types, b: types },
    record: (call) => write(call, inputAt(call, 0), inputAt(call, 1)),
  };
}

function meet(recorder: Recorder, op: string, a: Value, b: Value, type: ElementType = a.type): Value {
  return recorder.add(op, [a, b], { type, shape: broadcast(a.shape, b.shape) });
}

/** The remainder has the sign of the divisor. ONNX gives that for integers; for reals its remainder has the dividend's sign. */
function floorMod({ recorder }: KernelCall, a: Value, b: Value): Value {
  const shape = broadcast(a.shape, b.shape);
  if (a.type === 'int32') return meet(recorder, 'Mod', a, b);
  const truncated = { attributes: { fmod: int(1) } };
  const zero = scalar(0, 'float32');
  const remainder = recorder.add('Mod', [a, b], { type: a.type, shape }, truncated);
  const signsDiffer = recorder.add('Xor', [below(recorder, a, zero), below(recorder, b, zero)], {
    type: 'bool',
    shape,
  });
  const shifted = recorder.add('Add', [remainder, b], remainder);
  const wrapped = recorder.add('Mod', [shifted, b], remainder, truncated);
  return recorder.add('Where', [signsDiffer, wrapped, remainder], remainder);
}

function below(recorder: Recorder, a: Value, limit: Value): Value {
  return meet(recorder, 'Less', a, limit, 'bool');
}

function select(call: KernelCall): Value {
  const { recorder } = call;
  const [condition, yes, no] = [inputAt(call, 0), inputAt(call, 1), inputAt(call, 2)];
  const shape = broadcast(condition.shape, broadcast(yes.shape, no.shape));
  if (yes.type !== 'bool') return recorder.add('Where', [condition, yes, no], { type: yes.type, shape });
  // ONNX Runtime's `Where` has no booleans.
  const numbers = [condition, cast(recorder, yes, 'int32'), cast(recorder, no, 'int32')];
  return cast(recorder, recorder.add('Where', numbers, { type: 'int32', shape }), 'bool');
}
