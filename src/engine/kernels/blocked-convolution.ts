// A convolution in ONNX Runtime's own order of numbers, in which some channels stand together: [batch, channels / block, height, width, block]. Images are put into it
// and out of it, from either order of axes, and filters [out, in, height, width] become [out / block, in / block, height, width, block in, block out].
import type { Attributes } from '../graph.ts';
import { int } from '../recorder.ts';
import type { OutputType, Recorder } from '../recorder.ts';
import type { Value } from '../value.ts';
import { reshape, transpose } from './rule.ts';

export interface BlockedConvolution {
  readonly block: number;
  /** As `Conv` takes them; there are no groups. */
  readonly attributes: Attributes;
  /** With channels second. */
  readonly output: OutputType;
  /** Of `x` and of what is given. */
  readonly channelsLast: boolean;
}

const domain = 'com.microsoft.nchwc';

/** Whether channels fill blocks, and windows are so large that it takes less time in all. */
export function fitsBlocks(filterShape: readonly number[], block: number): boolean {
  const [out = 1, channels = 1, height = 1, width = 1] = filterShape;
  return height * width > 1 && out % block === 0 && channels % block === 0;
}

export function blockedConvolution(
  recorder: Recorder,
  x: Value,
  filter: Value,
  { block, attributes, output, channelsLast }: BlockedConvolution,
): Value {
  const last = { channels_last: int(Number(channelsLast)) };
  const [batch = 1, a = 1, b = 1, c = 1] = x.shape;
  const shape = channelsLast ? [batch, c, a, b] : x.shape;
  const blocked = recorder.add('ReorderInput', [x], { type: x.type, shape }, { domain, attributes: last });
  const y = recorder.add('Conv', [blocked, filterInBlocks(recorder, filter, block)], output, {
    domain,
    attributes: { ...attributes, group: int(1) },
  });
  const [, channels = 1, rows = 1, columns = 1] = output.shape;
  const given = channelsLast ? [batch, rows, columns, channels] : output.shape;
  return recorder.add(
    'ReorderOutput',
    [y],
    { type: output.type, shape: given },
    { domain, attributes: { ...last, channels: int(channels) } },
  );
}

function filterInBlocks(recorder: Recorder, filter: Value, block: number): Value {
  const [out = 1, channels = 1, height = 1, width = 1] = filter.shape;
  const parted = [out / block, block, channels / block, block, height, width];
  const moved = transpose(recorder, reshape(recorder, filter, parted), [0, 2, 4, 5, 3, 1]);
  return reshape(recorder, moved, filter.shape);
}
