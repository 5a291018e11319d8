// Kernels that are a product or convolution, a bias and a bend in one, as models of TensorFlow.js with layers call them. Written as what they are made of: ONNX
// Runtime joins them again.
import { convolutionRules } from './convolution.ts';
import { lookupRules } from './lookup.ts';
import { scalar } from '../recorder.ts';
import { inputAt, real32, reshape, unsupported } from './rule.ts';
import type { KernelCall, KernelRule } from './rule.ts';
import type { Value } from '../value.ts';

export const fusedRules: readonly KernelRule[] = [
  fused('FusedConv2D', 'Conv2D', convolutionRules),
  fused('FusedDepthwiseConv2D', 'DepthwiseConv2dNative', convolutionRules),
  fused('_FusedMatMul', 'BatchMatMul', lookupRules),
];

function fused(kernel: string, plain: string, rules: readonly KernelRule[]): KernelRule {
  const rule = rules.find((known) => known.kernel === plain);
  if (rule === undefined) throw new Error(`there is no rule for ${plain}`);
  const inputs = Object.fromEntries(Object.keys(rule.inputs).map((name) => [name, real32]));
  return {
    kernel,
    inputs: { ...inputs, bias: real32 },
    optional: ['bias'],
    record: (call) => {
      const { recorder, byName } = call;
      const product = rule.record({ ...call, inputs: [inputAt(call, 0), inputAt(call, 1)] }) as Value; // these kernels give one tensor
      const { bias } = byName;
      return bent(
        call,
        bias === undefined ? product : recorder.add('Add', [product, beside(call, bias)], product),
      );
    },
  };
}

/** A bias of one number a channel along the axis of the channels. */
function beside({ recorder, attributes }: KernelCall, bias: Value): Value {
  const perChannel = attributes['dataFormat'] === 'NCHW' && bias.shape.length === 1;
  return perChannel ? reshape(recorder, bias, [...bias.shape, 1, 1]) : bias;
}

function bent(call: KernelCall, x: Value): Value {
  const { recorder, attributes } = call;
  const activation = attributes['activation'] ?? 'linear';
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return recorder.add('Relu', [x], x);
    case 'relu6':
      return recorder.add('Clip', [x, scalar(0, 'float32'), scalar(6, 'float32')], x);
    case 'elu':
      return recorder.add('Elu', [x], x);
    case 'sigmoid':
      return recorder.add('Sigmoid', [x], x);
    default:
      throw unsupported(call, `with the activation ${JSON.stringify(activation)}`);
  }
}
