// Kernels that take elements at a distance or as a mirror shows them.
import * as tf from '@tensorflow/tfjs-core';
import { int, integers } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';
import type { Value } from '../value.ts';
import { anyType, inputAt, numberAttribute, numbersAttribute, pairsAttribute, reshape } from './rule.ts';
import type { KernelRule } from './rule.ts';

export const sliceRules: readonly KernelRule[] = [
  {
    kernel: 'StridedSlice',
    inputs: { x: anyType },
    record: (call) => {
      const { recorder } = call;
      const given = inputAt(call, 0);
      const [begin, end] = [[...numbersAttribute(call, 'begin')], [...numbersAttribute(call, 'end')]];
      const strides = [call.attributes['strides'] ?? begin.map(() => 1)].flat().map(Number);
      const masks = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'] as const;
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = masks.map((name) => numberAttribute(call, name));
      const info = tf.slice_util.sliceInfo([...given.shape], begin, end, strides, a, b, c, d, e);
      if (info.isIdentity) return reshape(recorder, given, info.finalShape);
      const shape = tf.slice_util.computeOutShape(info.begin, info.end, info.strides).map(Math.abs); // there are -0
      const [x, starts, steps] = forwards(recorder, given, info.begin, info.strides);
      const stops = starts.map((start, axis) => {
        const stop = start + (steps[axis] ?? 1) * (shape[axis] ?? 0);
        return stop < 0 ? wayBack : stop; // ONNX counts negative ones from the end
      });
      const axes = starts.flatMap((start, axis) =>
        start === 0 && steps[axis] === 1 && shape[axis] === x.shape[axis] ? [] : [axis],
      );
      const of = (all: readonly number[]): Value => integers(axes.map((axis) => all[axis] ?? 0));
      const inputs = [x, of(starts), of(stops), integers(axes), of(steps)];
      return reshape(
        recorder,
        recorder.add('Slice', inputs, { type: x.type, shape }),
        info.finalShape.map(Math.abs),
      );
    },
  },
  {
    kernel: 'MirrorPad',
    inputs: { x: anyType },
    record: (call) => {
      const edge = call.attributes['mode'] === 'reflect' ? 0 : 1;
      return pairsAttribute(call, 'paddings').reduce(
        (x, [before, after], axis) => {
          if (before === 0 && after === 0) return x;
          return gather(call.recorder, x, mirrored(x.shape[axis] ?? 1, before, after, edge), axis);
        },
        inputAt(call, 0),
      );
    },
  },
];

/** Before the first element, for ONNX. */
const wayBack = -(2 ** 31);

/** Slices that go back start from the last element on WebGPU, wherever they should (ONNX Runtime 1.30): there, axes are turned round first. */
function forwards(
  recorder: Recorder,
  x: Value,
  starts: readonly number[],
  steps: readonly number[],
): readonly [x: Value, starts: readonly number[], steps: readonly number[]] {
  const axes = steps.flatMap((step, axis) => (step < 0 ? [axis] : []));
  if (recorder.provider !== 'webgpu' || axes.length === 0) return [x, starts, steps];
  const all = (value: number): Value => integers(axes.map(() => value));
  const turned = recorder.add('Slice', [x, all(-1), all(wayBack), integers(axes), all(-1)], x);
  const fromEnd = starts.map((start, axis) =>
    axes.includes(axis) ? (x.shape[axis] ?? 1) - 1 - start : start,
  );
  return [turned, fromEnd, steps.map(Math.abs)];
}

/** Which elements an axis of `size` shows with mirrors at its ends; `edge` is 1 where the last element is seen twice. */
function mirrored(size: number, before: number, after: number, edge: number): readonly number[] {
  return Array.from({ length: before + size + after }, (_, i) => {
    const place = i - before;
    if (place < 0) return -place - edge;
    return place >= size ? 2 * (size - 1) - place + edge : place;
  });
}

/** Elements at places that belong to the structure. */
export function gather(recorder: Recorder, x: Value, places: readonly number[], axis: number): Value {
  const output = { type: x.type, shape: x.shape.with(axis, places.length) };
  return recorder.add('Gather', [x, integers(places)], output, { attributes: { axis: int(axis) } });
}
