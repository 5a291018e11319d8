// Where the windows of a convolution or pooling lie, in numbers that ONNX takes. tfjs computes them; here they are only turned over.
import * as tf from '@tensorflow/tfjs-core';
import { ints } from '../recorder.ts';
import type { Attributes } from '../graph.ts';
import { unsupported } from './rule.ts';
import type { KernelCall } from './rule.ts';

/** Of one spatial axis. */
export interface Span {
  /** Of the tensor that windows move over, and how many windows there are. */
  readonly size: number;
  readonly count: number;
  /** Elements a window takes, the distance between them, and from window to window. */
  readonly width: number;
  readonly dilation: number;
  readonly stride: number;
  /** What is added before the first element. */
  readonly before: number;
}

export interface Windows {
  readonly spans: readonly [Span, Span];
  /** Channels are the last axis, not the second. */
  readonly channelsLast: boolean;
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

type Shape4 = [number, number, number, number];
type Pad = 'same' | 'valid' | number;

export function convolutionWindows(
  call: KernelCall,
  xShape: readonly number[],
  filterShape: readonly number[],
  depthwise: boolean,
): Windows {
  const { attributes } = call;
  const channelsLast = attributes['dataFormat'] !== 'NCHW';
  const info = tf.backend_util.computeConv2DInfo(
    shape4(call, xShape),
    shape4(call, filterShape),
    pair(attributes['strides'], 1),
    pair(attributes['dilations'], 1),
    attributes['pad'] as Pad,
    roundingOf(attributes['dimRoundingMode']),
    depthwise,
    channelsLast ? 'channelsLast' : 'channelsFirst',
  );
  return toWindows(info, channelsLast);
}

export function poolingWindows(call: KernelCall, xShape: readonly number[]): Windows {
  const { attributes } = call;
  const info = tf.backend_util.computePool2DInfo(
    shape4(call, xShape),
    pair(attributes['filterSize'], 1),
    pair(attributes['strides'], 1),
    1,
    attributes['pad'] as Pad,
    roundingOf(attributes['dimRoundingMode']),
  );
  return toWindows(info, true);
}

/** tfjs counts columns by the height of the filter where the padding is one number: of filters that are not square it leaves windows out, and ONNX does not. */
export function refuseLeftOut(call: KernelCall, { spans }: Windows): void {
  if (spans.some((span) => places(span) !== span.count))
    throw unsupported(call, 'with one number as padding and a filter that is not square');
}

/** Windows that there is room for. */
function places(span: Span): number {
  const { size, width, dilation, stride, before } = span;
  return Math.floor((size + before + after(span) - (width - 1) * dilation - 1) / stride) + 1;
}

/** What must be added after the last element so that ONNX counts as many windows; nothing where some elements are left over. */
export function after({ size, count, width, dilation, stride, before }: Span): number {
  return Math.max(0, (count - 1) * stride + (width - 1) * dilation + 1 - before - size);
}

export function windowAttributes({ spans }: Windows): Attributes {
  const [rows, columns] = spans;
  return {
    kernel_shape: ints([rows.width, columns.width]),
    strides: ints([rows.stride, columns.stride]),
    pads: ints([rows.before, columns.before, after(rows), after(columns)]),
  };
}

function toWindows(info: tf.backend_util.Conv2DInfo, channelsLast: boolean): Windows {
  const rows = {
    size: info.inHeight,
    count: info.outHeight,
    width: info.filterHeight,
    dilation: info.dilationHeight,
    stride: info.strideHeight,
    before: info.padInfo.top,
  };
  const columns = {
    size: info.inWidth,
    count: info.outWidth,
    width: info.filterWidth,
    dilation: info.dilationWidth,
    stride: info.strideWidth,
    before: info.padInfo.left,
  };
  const { batchSize: batch, inChannels, outChannels } = info;
  return { spans: [rows, columns], channelsLast, batch, inChannels, outChannels };
}

function shape4(call: KernelCall, shape: readonly number[]): Shape4 {
  const [a, b, c, d] = shape;
  if (a === undefined || b === undefined || c === undefined || d === undefined)
    throw unsupported(call, `for a tensor with ${shape.length} axes`);
  return [a, b, c, d];
}

function pair(value: unknown, otherwise: number): [number, number] {
  const [a = otherwise, b = a] = [value ?? otherwise].flat().map(Number);
  return [a, b];
}

function roundingOf(value: unknown): 'floor' | 'round' | 'ceil' | undefined {
  return value === 'floor' || value === 'round' || value === 'ceil' ? value : undefined;
}
