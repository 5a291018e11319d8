// Images in another size, channels last.
import type { Recorder } from '../recorder.ts';
import { linearWeights, nearest } from '../resampling.ts';
import type { Resampling } from '../resampling.ts';
import type { Constant, Value } from '../value.ts';
import { cast, flagAttribute, inputAt, numbersAttribute, numeric, reshape } from './rule.ts';
import type { KernelCall, KernelRule } from './rule.ts';
import { gather } from './slice.ts';

export const resizeRules: readonly KernelRule[] = [
  {
    kernel: 'ResizeNearestNeighbor',
    inputs: { images: numeric },
    record: (call) => {
      const [rows, columns] = axesToResize(call);
      return gather(
        call.recorder,
        gather(call.recorder, inputAt(call, 0), nearest(rows), 1),
        nearest(columns),
        2,
      );
    },
  },
  {
    kernel: 'ResizeBilinear',
    inputs: { images: numeric },
    record: (call) => {
      const { recorder } = call;
      const x = cast(recorder, inputAt(call, 0), 'float32');
      const [batch = 1, height = 1, , channels = 1] = x.shape;
      const [rows, columns] = axesToResize(call);
      const wide = product(recorder, columns, x, [batch, height, columns.to, channels]);
      const lines = reshape(recorder, wide, [batch, height, columns.to * channels]);
      const tall = product(recorder, rows, lines, [batch, rows.to, columns.to * channels]);
      return reshape(recorder, tall, [batch, rows.to, columns.to, channels]);
    },
  },
];

function axesToResize(call: KernelCall): readonly [Resampling, Resampling] {
  const [, height = 1, width = 1] = inputAt(call, 0).shape;
  const [tall = 1, wide = 1] = numbersAttribute(call, 'size');
  const how = {
    alignCorners: flagAttribute(call, 'alignCorners'),
    halfPixelCenters: flagAttribute(call, 'halfPixelCenters'),
  };
  return [
    { from: height, to: tall, ...how },
    { from: width, to: wide, ...how },
  ];
}

/** Weights times the last axis but one. */
function product(recorder: Recorder, axis: Resampling, x: Value, shape: readonly number[]): Value {
  const weights: Constant = {
    kind: 'constant',
    type: 'float32',
    shape: [axis.to, axis.from],
    numbers: linearWeights(axis),
  };
  return recorder.add('MatMul', [weights, x], { type: 'float32', shape });
}
