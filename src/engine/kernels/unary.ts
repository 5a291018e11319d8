// Kernels of one tensor, element by element.
import type { Recorder } from '../recorder.ts';
import { real, scalar } from '../recorder.ts';
import type { Value } from '../value.ts';
import { inputAt, numberAttribute, numeric, real32, truth } from './rule.ts';
import type { KernelCall, KernelRule, TensorType } from './rule.ts';

/** Kernels that are one ONNX operator. */
const same: readonly (readonly [kernel: string, op: string, types: readonly TensorType[]])[] = [
  ['Abs', 'Abs', numeric],
  ['Acos', 'Acos', real32],
  ['Acosh', 'Acosh', real32],
  ['Asin', 'Asin', real32],
  ['Asinh', 'Asinh', real32],
  ['Atan', 'Atan', real32],
  ['Atanh', 'Atanh', real32],
  ['Ceil', 'Ceil', real32],
  ['Cos', 'Cos', real32],
  ['Cosh', 'Cosh', real32],
  ['Elu', 'Elu', real32],
  ['Erf', 'Erf', real32],
  ['Exp', 'Exp', real32],
  ['Floor', 'Floor', real32],
  ['Log', 'Log', real32],
  ['Neg', 'Neg', numeric],
  ['Reciprocal', 'Reciprocal', real32],
  ['Round', 'Round', real32],
  ['Sigmoid', 'Sigmoid', real32],
  ['Sin', 'Sin', real32],
  ['Sinh', 'Sinh', real32],
  ['Softplus', 'Softplus', real32],
  ['Sqrt', 'Sqrt', real32],
  ['Tan', 'Tan', real32],
  ['Tanh', 'Tanh', real32],
];

export const unaryRules: readonly KernelRule[] = [
  ...same.map(([kernel, op, types]) => rule(kernel, types, (call, x) => keep(call.recorder, op, [x], x))),
  rule('Selu', real32, ({ recorder }, x) =>
    keep(recorder, 'Selu', [x], x, { alpha: real(1.6732632423543772), gamma: real(1.0507009873554805) }),
  ),
  rule('LeakyRelu', real32, (call, x) =>
    keep(call.recorder, 'LeakyRelu', [x], x, { alpha: real(numberAttribute(call, 'alpha')) }),
  ),
  rule('Relu', numeric, ({ recorder }, x) =>
    x.type === 'float32' ? keep(recorder, 'Relu', [x], x) : keep(recorder, 'Max', [x, scalar(0, x.type)], x),
  ),
  rule('Sign', numeric, ({ recorder }, x) => {
    const sign = keep(recorder, 'Sign', [x], x);
    if (x.type !== 'float32') return sign;
    return keep(recorder, 'Where', [test(recorder, 'IsNaN', [x], x), scalar(0, x.type), sign], x);
  }),
  rule('Relu6', numeric, ({ recorder }, x) =>
    keep(recorder, 'Clip', [x, scalar(0, x.type), scalar(6, x.type)], x),
  ),
  rule('ClipByValue', numeric, (call, x) => {
    const low = scalar(numberAttribute(call, 'clipValueMin'), x.type);
    const high = scalar(numberAttribute(call, 'clipValueMax'), x.type);
    return keep(call.recorder, 'Clip', [x, low, high], x);
  }),
  rule('Square', numeric, ({ recorder }, x) => keep(recorder, 'Mul', [x, x], x)),
  rule('Rsqrt', real32, ({ recorder }, x) =>
    keep(recorder, 'Reciprocal', [keep(recorder, 'Sqrt', [x], x)], x),
  ),
  rule('Expm1', real32, ({ recorder }, x) =>
    keep(recorder, 'Sub', [keep(recorder, 'Exp', [x], x), scalar(1, 'float32')], x),
  ),
  rule('Log1p', real32, ({ recorder }, x) =>
    keep(recorder, 'Log', [keep(recorder, 'Add', [x, scalar(1, 'float32')], x)], x),
  ),
  rule('Step', real32, (call, x) => {
    const { recorder } = call;
    const above = test(recorder, 'Greater', [x, scalar(0, 'float32')], x);
    const below = scalar(numberAttribute(call, 'alpha'), 'float32');
    const step = keep(recorder, 'Where', [above, scalar(1, 'float32'), below], x);
    return keep(recorder, 'Where', [test(recorder, 'IsNaN', [x], x), x, step], x);
  }),
  rule('IsNan', real32, ({ recorder }, x) => test(recorder, 'IsNaN', [x], x)),
  rule('IsInf', real32, ({ recorder }, x) => test(recorder, 'IsInf', [x], x)),
  rule('IsFinite', real32, ({ recorder }, x) => {
    const odd = test(recorder, 'Or', [test(recorder, 'IsNaN', [x], x), test(recorder, 'IsInf', [x], x)], x);
    return test(recorder, 'Not', [odd], x);
  }),
  {
    kernel: 'LogicalNot',
    inputs: { x: truth },
    record: (call) => test(call.recorder, 'Not', [inputAt(call, 0)], inputAt(call, 0)),
  },
];

function rule(
  kernel: string,
  types: readonly TensorType[],
  write: (call: KernelCall, x: Value) => Value,
): KernelRule {
  return { kernel, inputs: { x: types }, record: (call) => write(call, inputAt(call, 0)) };
}

/** An operator whose output has the shape and type of `like`. */
function keep(recorder: Recorder, op: string, inputs: readonly Value[], like: Value, attributes = {}): Value {
  return recorder.add(op, inputs, { type: like.type, shape: like.shape }, { attributes });
}

/** An operator that answers yes or no for each element of `like`. */
function test(recorder: Recorder, op: string, inputs: readonly Value[], like: Value): Value {
  return recorder.add(op, inputs, { type: 'bool', shape: like.shape });
}
