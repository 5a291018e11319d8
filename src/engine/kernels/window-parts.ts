// Takes apart what windows lie over, by place in the window, with channels last.
import { integers, scalar } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';
import type { Value } from '../value.ts';
import { after } from './window.ts';
import type { Windows } from './window.ts';

/** For each place in the window, row by row, what all windows have there: [batch, rows, columns, channels]. Zero outside. */
export function windowParts(
  recorder: Recorder,
  x: Value,
  { spans, batch, inChannels }: Windows,
): readonly Value[] {
  const [rows, columns] = spans;
  const padded = padSpans(recorder, x, spans);
  const shape = [batch, rows.count, columns.count, inChannels];
  if (padded.shape.join() === shape.join() && rows.width * columns.width === 1) return [padded];
  return range(rows.width).flatMap((i) =>
    range(columns.width).map((j) => {
      const [top, left] = [i * rows.dilation, j * columns.dilation];
      // Beyond the end, where ONNX stops by itself: `StridedSlice` says the same, so that both are computed once.
      const [bottom, right] = [top + rows.count * rows.stride, left + columns.count * columns.stride];
      const steps = integers([rows.stride, columns.stride]);
      const inputs = [padded, integers([top, left]), integers([bottom, right]), integers([1, 2]), steps];
      return recorder.add('Slice', inputs, { type: x.type, shape });
    }),
  );
}

function padSpans(recorder: Recorder, x: Value, [rows, columns]: Windows['spans']): Value {
  const amounts = [0, rows.before, columns.before, 0, 0, after(rows), after(columns), 0];
  if (amounts.every((amount) => amount === 0)) return x;
  const shape = x.shape.map((size, axis) => size + (amounts[axis] ?? 0) + (amounts[axis + 4] ?? 0));
  return recorder.add('Pad', [x, integers(amounts), scalar(0, x.type)], { type: x.type, shape });
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
