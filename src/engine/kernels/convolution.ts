// Convolutions and their gradients by input and by filter. tfjs keeps channels last and filters as [height, width, in, out]; ONNX has channels
// second and filters as [out, in, height, width]. The gradient by a filter is a product of matrices for each place of the window, with channels first: two thirds of
// the time of the convolution of swapped axes that it is as well, and of one product with all windows (100 images of 14 x 14 x 64, 64 filters of 3 x 3, ONNX
// Runtime 1.30), which needs nine times the memory of the images besides.
import { int, integers, ints, scalar } from '../recorder.ts';
import type { Attribute, Attributes } from '../graph.ts';
import type { OutputType, Recorder } from '../recorder.ts';
import { sizeOf } from '../value.ts';
import type { Value } from '../value.ts';
import { blockedConvolution, fitsBlocks } from './blocked-convolution.ts';
import { inputAt, numbersAttribute, real32, reshape, transpose } from './rule.ts';
import type { KernelCall, KernelRule } from './rule.ts';
import { after, convolutionWindows, refuseLeftOut, windowAttributes } from './window.ts';
import type { Span, Windows } from './window.ts';
import { windowParts } from './window-parts.ts';

/** Up to so many numbers a window, a product with all windows is faster than a convolution, which needs another order of axes. */
const shallow = 32;

export const convolutionRules: readonly KernelRule[] = [
  {
    kernel: 'Conv2D',
    inputs: { x: real32, filter: real32 },
    record: (call) => convolve(call, false),
  },
  {
    kernel: 'DepthwiseConv2dNative',
    inputs: { x: real32, filter: real32 },
    record: (call) => convolve(call, true),
  },
  {
    kernel: 'Conv2DBackpropInput',
    inputs: { dy: real32, filter: real32 },
    record: (call) => spreadBack(call, false),
  },
  {
    kernel: 'DepthwiseConv2dNativeBackpropInput',
    inputs: { dy: real32, filter: real32 },
    record: (call) => spreadBack(call, true),
  },
  {
    kernel: 'Conv2DBackpropFilter',
    inputs: { x: real32, dy: real32 },
    record: (call) => {
      const { recorder } = call;
      const shape = numbersAttribute(call, 'filterShape');
      const windows = convolutionWindows(call, inputAt(call, 0).shape, shape, false);
      const [rows, columns] = windows.spans;
      const count = windows.batch * rows.count * columns.count;
      const dy = reshape(recorder, lastly(recorder, inputAt(call, 1), windows), [count, windows.outChannels]);
      const parts = windowParts(recorder, firstly(recorder, inputAt(call, 0), windows), windows, 2);
      const few = parts.length * windows.inChannels <= shallow;
      const factors = few ? [concat(recorder, parts, 0)] : parts;
      const products = factors.map((part) => {
        const depth = sizeOf(part.shape) / count;
        const output = { type: 'float32' as const, shape: [depth, windows.outChannels] };
        return recorder.add('MatMul', [reshape(recorder, part, [depth, count]), dy], output);
      });
      return reshape(recorder, concat(recorder, products, 0), shape);
    },
  },
  {
    kernel: 'DepthwiseConv2dNativeBackpropFilter',
    inputs: { x: real32, dy: real32 },
    record: (call) => {
      const { recorder } = call;
      const shape = numbersAttribute(call, 'filterShape');
      const windows = convolutionWindows(call, inputAt(call, 0).shape, shape, true);
      const [, , channels = 1, multiplier = 1] = shape;
      const [rows, columns] = windows.spans;
      const places = [windows.batch, rows.count, columns.count];
      const dy = reshape(recorder, lastly(recorder, inputAt(call, 1), windows), [
        ...places,
        channels,
        multiplier,
      ]);
      const parts = windowParts(recorder, lastly(recorder, inputAt(call, 0), windows), windows, 1);
      const sums = parts.map((part) => {
        const factor = reshape(recorder, part, [...places, channels, 1]);
        const product = recorder.add('Mul', [factor, dy], { type: 'float32', shape: dy.shape });
        const sum = { type: 'float32' as const, shape: [1, 1, 1, channels, multiplier] };
        return recorder.add('ReduceSum', [product, integers([0, 1, 2])], sum, {
          attributes: { keepdims: int(1) },
        });
      });
      const all = { type: 'float32' as const, shape: [parts.length, 1, 1, channels, multiplier] };
      return reshape(recorder, recorder.add('Concat', sums, all, { attributes: { axis: int(0) } }), shape);
    },
  },
];

/** The forward pass. */
function convolve(call: KernelCall, depthwise: boolean): Value {
  const { recorder } = call;
  const [x, filter] = [inputAt(call, 0), inputAt(call, 1)];
  const windows = convolutionWindows(call, x.shape, filter.shape, depthwise);
  const [rows, columns] = windows.spans;
  const depth = rows.width * columns.width * windows.inChannels;
  if (!depthwise && windows.channelsLast && depth <= shallow) {
    const matrix = reshape(recorder, filter, [depth, windows.outChannels]);
    const places = [windows.batch * rows.count * columns.count, windows.outChannels];
    const product = { type: 'float32' as const, shape: places };
    const y = recorder.add('MatMul', [patchesOf(recorder, x, windows), matrix], product);
    return reshape(recorder, y, [windows.batch, rows.count, columns.count, windows.outChannels]);
  }
  refuseLeftOut(call, windows);
  const output = {
    type: 'float32' as const,
    shape: [windows.batch, windows.outChannels, rows.count, columns.count],
  };
  const attributes = { ...windowAttributes(windows), dilations: ints([rows.dilation, columns.dilation]) };
  const kernel = outFirst(recorder, filter, depthwise);
  return ofWindows(recorder, x, kernel, { windows, depthwise, attributes, output });
}

interface Convolution {
  readonly windows: Windows;
  readonly depthwise: boolean;
  readonly attributes: Attributes;
  /** With channels second. */
  readonly output: OutputType;
}

/** `kernel` is [out, in, height, width]; `x` and what is given have their channels where the call has them. */
function ofWindows(recorder: Recorder, x: Value, kernel: Value, convolution: Convolution): Value {
  const { windows, depthwise, attributes, output } = convolution;
  const { channelsLast } = windows;
  const block = recorder.channelBlock;
  if (!depthwise && block !== undefined && fitsBlocks(kernel.shape, block))
    return blockedConvolution(recorder, x, kernel, { block, attributes, output, channelsLast });
  const input = secondly(recorder, x, windows);
  const [filter, sizes] = smallerThanImage(recorder, kernel, input.shape, attributes);
  const y = recorder.add('Conv', [input, filter], output, {
    attributes: { ...attributes, ...sizes, group: int(depthwise ? windows.inChannels : 1) },
  });
  return backFromSecond(recorder, y, windows);
}

/**
 * WebGPU takes a filter as large as the image for one product, whatever is added after the last rows and columns (ONNX Runtime 1.30). Such a filter gets a row and a
 * column of zeros.
 */
function smallerThanImage(
  recorder: Recorder,
  kernel: Value,
  [, , rows, columns]: readonly number[],
  { pads, dilations }: Attributes,
): readonly [kernel: Value, attributes: Attributes] {
  const [out = 1, channels = 1, height = 1, width = 1] = kernel.shape;
  const [top = 0, left = 0, bottom = 0, right = 0] = integersIn(pads);
  const whole = rows === height && columns === width && top === 0 && left === 0 && bottom + right > 0;
  if (recorder.provider !== 'webgpu' || !whole) return [kernel, {}];
  const [down = 1, across = 1] = integersIn(dilations);
  const taller = withZeros(recorder, kernel, [out, channels, 1, width], 2);
  const filter = withZeros(recorder, taller, [out, channels, height + 1, 1], 3);
  return [
    filter,
    {
      kernel_shape: ints([height + 1, width + 1]),
      pads: ints([top, left, bottom + down, right + across]),
    },
  ];
}

/** Zeros of that shape after the last along an axis. Not by `Pad`, which ONNX Runtime takes for the padding of the image. */
function withZeros(recorder: Recorder, x: Value, shape: readonly number[], axis: number): Value {
  const zeros = recorder.add('Expand', [scalar(0, 'float32'), integers(shape)], { type: x.type, shape });
  const longer = { type: x.type, shape: x.shape.with(axis, (x.shape[axis] ?? 0) + (shape[axis] ?? 0)) };
  return recorder.add('Concat', [x, zeros], longer, { attributes: { axis: int(axis) } });
}

function integersIn(attribute: Attribute | undefined): readonly number[] {
  return attribute !== undefined && 'ints' in attribute ? attribute.ints : [];
}

/** The gradient by the input: a convolution with turned filters where windows move by one, else the transposed one, which WebGPU computes wrongly in groups. */
function spreadBack(call: KernelCall, depthwise: boolean): Value {
  const { recorder } = call;
  const [given, filter] = [inputAt(call, 0), inputAt(call, 1)];
  const shape = numbersAttribute(call, 'inputShape');
  const windows = convolutionWindows(call, shape, filter.shape, depthwise);
  refuseLeftOut(call, windows);
  const [rows, columns] = windows.spans;
  const output = {
    type: 'float32' as const,
    shape: [windows.batch, windows.inChannels, rows.size, columns.size],
  };
  const attributes = {
    kernel_shape: ints([rows.width, columns.width]),
    dilations: ints([rows.dilation, columns.dilation]),
  };
  if (windows.spans.every(({ stride }) => stride === 1)) {
    const pads = [...windows.spans.map(leading), ...windows.spans.map(trailing)];
    const strides = { strides: ints([1, 1]), pads: ints(pads.map((amount) => Math.max(0, amount))) };
    return ofWindows(recorder, onImage(recorder, given, windows), turned(recorder, filter), {
      windows,
      depthwise,
      attributes: { ...attributes, ...strides },
      output,
    });
  }
  const dy = secondly(recorder, given, windows);
  const dx = recorder.add('ConvTranspose', [dy, outFirst(recorder, filter, depthwise)], output, {
    attributes: {
      ...attributes,
      group: int(depthwise ? windows.inChannels : 1),
      strides: ints([rows.stride, columns.stride]),
      pads: ints([rows.before, columns.before, after(rows), after(columns)]),
      output_padding: ints(windows.spans.map(leftOver)),
    },
  });
  return backFromSecond(recorder, dx, windows);
}

/** Without the first and last windows that see nothing but what is added around the image. */
function onImage(recorder: Recorder, dy: Value, { spans, channelsLast }: Windows): Value {
  const [first, last] = [
    spans.map((span) => Math.max(0, -leading(span))),
    spans.map((span) => Math.max(0, -trailing(span))),
  ];
  if ([...first, ...last].every((amount) => amount === 0)) return dy;
  const axes = channelsLast ? [1, 2] : [2, 3];
  const ends = axes.map((axis, i) => (dy.shape[axis] ?? 0) - (last[i] ?? 0));
  const shape = axes.reduce<readonly number[]>(
    (all, axis, i) => all.with(axis, (ends[i] ?? 0) - (first[i] ?? 0)),
    dy.shape,
  );
  return recorder.add('Slice', [dy, integers(first), integers(ends), integers(axes)], {
    type: dy.type,
    shape,
  });
}

const reach = ({ width, dilation }: Span): number => (width - 1) * dilation;
const leading = (span: Span): number => reach(span) - span.before;
const trailing = (span: Span): number => span.size - span.count + span.before;
/** Elements after the last window. */
const leftOver = (span: Span): number =>
  Math.max(0, span.size + span.before - (span.count - 1) * span.stride - reach(span) - 1);

/** A filter as ONNX has it: [height, width, in, out] to [out, in, height, width]; depthwise [height, width, in, many] to [in * many, 1, height, width]. */
function outFirst(recorder: Recorder, filter: Value, depthwise: boolean): Value {
  if (!depthwise) return transpose(recorder, filter, [3, 2, 0, 1]);
  const [height = 1, width = 1, channels = 1, multiplier = 1] = filter.shape;
  const moved = transpose(recorder, filter, [2, 3, 0, 1]);
  return reshape(recorder, moved, [channels * multiplier, 1, height, width]);
}

/** A filter for the way back: [in, out, height, width] (depthwise [in, many, height, width]) with both spatial axes reversed. */
function turned(recorder: Recorder, filter: Value): Value {
  const moved = transpose(recorder, filter, [2, 3, 0, 1]);
  if (filter.shape[0] === 1 && filter.shape[1] === 1) return moved;
  const all = (value: number): Value => integers([value, value]);
  return recorder.add('Slice', [moved, all(-1), all(-(2 ** 31)), integers([2, 3]), all(-1)], moved);
}

/** What each window sees, a row each: [windows, places * channels]. */
function patchesOf(recorder: Recorder, x: Value, windows: Windows): Value {
  const parts = windowParts(recorder, x, windows, 1);
  const rows = windows.batch * windows.spans[0].count * windows.spans[1].count;
  return reshape(recorder, concat(recorder, parts, x.shape.length - 1), [
    rows,
    parts.length * windows.inChannels,
  ]);
}

function concat(recorder: Recorder, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (first === undefined) throw new Error('a window has a place');
  if (parts.length === 1) return first;
  const shape = first.shape.with(axis, (first.shape[axis] ?? 1) * parts.length);
  return recorder.add('Concat', parts, { type: first.type, shape }, { attributes: { axis: int(axis) } });
}

/** With channels first: [channels, batch, height, width]. Two axes change places at a time, which ONNX Runtime does faster than more. */
function firstly(recorder: Recorder, x: Value, { channelsLast }: Windows): Value {
  if (!channelsLast) return transpose(recorder, x, [1, 0, 2, 3]);
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
  const turned = transpose(recorder, reshape(recorder, x, [batch * height * width, channels]), [1, 0]);
  return reshape(recorder, turned, [channels, batch, height, width]);
}

/** With channels second. */
function secondly(recorder: Recorder, x: Value, { channelsLast }: Windows): Value {
  return channelsLast ? transpose(recorder, x, [0, 3, 1, 2]) : x;
}

/** With channels last. */
function lastly(recorder: Recorder, x: Value, { channelsLast }: Windows): Value {
  return channelsLast ? x : transpose(recorder, x, [0, 2, 3, 1]);
}

/** From channels second to where the call has them. */
function backFromSecond(recorder: Recorder, y: Value, { channelsLast }: Windows): Value {
  return channelsLast ? transpose(recorder, y, [0, 2, 3, 1]) : y;
}
