// Pooling over windows of images, channels last, and normalising them by given statistics.
import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../engine-error.ts';
import { scalar } from '../recorder.ts';
import type { Value } from '../value.ts';
import { inputAt, numberAttribute, real32, transpose, unsupported } from './rule.ts';
import type { KernelCall, KernelRule } from './rule.ts';
import { after, poolingWindows, windowAttributes } from './window.ts';
import type { Windows } from './window.ts';
import { windowParts } from './window-parts.ts';

/** Windows of at most so many places are taken apart, which needs no other order of axes. */
const fewPlaces = 4;

export const poolingRules: readonly KernelRule[] = [
  {
    kernel: 'MaxPool',
    inputs: { x: real32 },
    record: (call) => {
      const { recorder } = call;
      const x = inputAt(call, 0);
      const windows = poolingWindows(call, x.shape);
      const [rows, columns] = windows.spans;
      const inside = windows.spans.every((span) => span.before === 0 && after(span) === 0);
      if (!inside || rows.width * columns.width > fewPlaces) return pool(call, 'MaxPool', x, windows);
      const parts = windowParts(recorder, x, windows, 1);
      const [first] = parts;
      if (first === undefined) throw new Error('a window has a place');
      return parts.length === 1 ? first : recorder.add('Max', parts, first);
    },
  },
  {
    kernel: 'AvgPool',
    inputs: { x: real32 },
    record: (call) => {
      const x = inputAt(call, 0);
      return pool(call, 'AveragePool', x, poolingWindows(call, x.shape));
    },
  },
  {
    kernel: 'FusedBatchNorm',
    inputs: { x: real32, mean: real32, variance: real32, offset: real32, scale: real32 },
    optional: ['offset', 'scale'],
    record: (call) => {
      const { recorder } = call;
      const [x, mean, variance] = [inputAt(call, 0), inputAt(call, 1), inputAt(call, 2)];
      const { offset, scale } = call.byName;
      if (offset === undefined || scale === undefined) refuseOnTape();
      const spread = recorder.add(
        'Add',
        [variance, scalar(numberAttribute(call, 'varianceEpsilon'), 'float32')],
        variance,
      );
      const inverse = recorder.add('Reciprocal', [recorder.add('Sqrt', [spread], spread)], spread);
      const factor = scale === undefined ? inverse : recorder.add('Mul', [inverse, scale], inverse);
      const normal = recorder.add('Mul', [recorder.add('Sub', [x, mean], x), factor], x);
      return offset === undefined ? normal : recorder.add('Add', [normal, offset], x);
    },
  },
];

/** tfjs's tape fails with an error of its own where inputs are left out. */
function refuseOnTape(): void {
  if (tf.engine().state.gradientDepth === 0) return;
  throw new EngineError(
    'unsupported-kernel',
    'a derivative was asked for through `FusedBatchNorm` without its `offset` or `scale`',
    'Give `batchNorm` zeros and ones for them.',
  );
}

function pool(call: KernelCall, op: string, x: Value, windows: Windows): Value {
  const { recorder } = call;
  if (windows.spans.some((span) => Math.max(span.before, after(span)) >= span.width))
    throw unsupported(call, 'with padding as wide as its windows');
  const [rows, columns] = windows.spans;
  const y = recorder.add(
    op,
    [transpose(recorder, x, [0, 3, 1, 2])],
    { type: x.type, shape: [windows.batch, windows.inChannels, rows.count, columns.count] },
    { attributes: windowAttributes(windows) },
  );
  return transpose(recorder, y, [0, 2, 3, 1]);
}
