// Takes apart what windows lie over, by place in the window.
import { integers, scalar } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';
import type { Value } from '../value.ts';
import { after } from './window.ts';
import type { Windows } from './window.ts';

/** For each place in the window, row by row, what all windows have there; zero outside. `rowsAxis` of `x` are the rows of the image, the next its columns. */
export function windowParts(
  recorder: Recorder,
  x: Value,
  { spans }: Windows,
  rowsAxis: number,
): readonly Value[] {
  const [rows, columns] = spans;
  const padded = padSpans(recorder, x, spans, rowsAxis);
  const shape = x.shape.with(rowsAxis, rows.count).with(rowsAxis + 1, columns.count);
  if (padded.shape.join() === shape.join() && rows.width * columns.width === 1) return [padded];
  return range(rows.width).flatMap((i) =>
    range(columns.width).map((j) => {
      const [top, left] = [i * rows.dilation, j * columns.dilation];
      // Beyond the end, where ONNX stops by itself: `StridedSlice` says the same, so that both are computed once.
      const [bottom, right] = [top + rows.count * rows.stride, left + columns.count * columns.stride];
      const axes = integers([rowsAxis, rowsAxis + 1]);
      const steps = integers([rows.stride, columns.stride]);
      const inputs = [padded, integers([top, left]), integers([bottom, right]), axes, steps];
      return recorder.add('Slice', inputs, { type: x.type, shape });
    }),
  );
}

function padSpans(recorder: Recorder, x: Value, [rows, columns]: Windows['spans'], rowsAxis: number): Value {
  const none = x.shape.map(() => 0);
  const first = none.with(rowsAxis, rows.before).with(rowsAxis + 1, columns.before);
  const last = none.with(rowsAxis, after(rows)).with(rowsAxis + 1, after(columns));
  const amounts = [...first, ...last];
  if (amounts.every((amount) => amount === 0)) return x;
  const shape = x.shape.map((size, axis) => size + (first[axis] ?? 0) + (last[axis] ?? 0));
  return recorder.add('Pad', [x, integers(amounts), scalar(0, x.type)], { type: x.type, shape });
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
