// How one tfjs kernel is written down in ONNX operators, and the pieces that rules share. Knows the recorder, not the backend.
import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../engine-error.ts';
import type { ElementType } from '../graph.ts';
import type { Recorder } from '../recorder.ts';
import { integers, ints } from '../recorder.ts';
import { pendingNode } from '../value.ts';
import type { Value } from '../value.ts';

export type TensorType = Exclude<ElementType, 'int64'>;

export interface KernelRule {
  /** tfjs's name of the kernel. */
  readonly kernel: string;
  /** The inputs by name, in order, each with the types it may have; `list` for kernels that take any number of one type. */
  readonly inputs: Readonly<Record<string, readonly TensorType[]>>;
  readonly list?: boolean;
  /** Inputs that a call may leave out; by name only. */
  readonly optional?: readonly string[];
  record(call: KernelCall): Value | readonly Value[];
}

export interface KernelCall {
  readonly kernel: string;
  readonly recorder: Recorder;
  readonly inputs: readonly Value[];
  readonly byName: Readonly<Record<string, Value | undefined>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export const real32: readonly TensorType[] = ['float32'];
export const numeric: readonly TensorType[] = ['float32', 'int32'];
export const anyType: readonly TensorType[] = ['float32', 'int32', 'bool'];
export const truth: readonly TensorType[] = ['bool'];
export const whole: readonly TensorType[] = ['int32'];

/** The input at `index`; rules declare their inputs, so it is there. */
export function inputAt(call: KernelCall, index: number): Value {
  const value = call.inputs[index];
  if (value === undefined) throw new Error(`\`${call.kernel}\` was called without its input ${index}`);
  return value;
}

export function numberAttribute(call: KernelCall, name: string): number {
  const value = call.attributes[name];
  if (typeof value !== 'number') throw notUnderstood(call, name);
  return value;
}

export function flagAttribute(call: KernelCall, name: string): boolean {
  const value = call.attributes[name];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw notUnderstood(call, name);
  return value;
}

export function numbersAttribute(call: KernelCall, name: string): readonly number[] {
  const value = call.attributes[name];
  if (!Array.isArray(value)) throw notUnderstood(call, name);
  return value.map((element: unknown) => {
    if (typeof element !== 'number') throw notUnderstood(call, name);
    return element;
  });
}

/** Such as paddings: an amount before and after, for each axis. */
export function pairsAttribute(call: KernelCall, name: string): readonly (readonly [number, number])[] {
  const value = call.attributes[name];
  if (!Array.isArray(value)) throw notUnderstood(call, name);
  return value.map((pair: unknown) => {
    if (!isPair(pair)) throw notUnderstood(call, name);
    return pair;
  });
}

function isPair(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((element) => typeof element === 'number');
}

export function typeAttribute(call: KernelCall, name: string): TensorType {
  const value = call.attributes[name];
  if (value === 'float32' || value === 'int32' || value === 'bool') return value;
  throw new EngineError(
    'unsupported-kernel',
    `the backend \`onnx\` has no tensors of type \`${String(value)}\` (asked for by \`${call.kernel}\`)`,
    'Use float32, int32 or bool.',
  );
}

/** A form of a kernel that is not written down. */
export function unsupported(call: KernelCall, what: string): EngineError {
  return new EngineError(
    'unsupported-kernel',
    `the backend \`onnx\` has the kernel \`${call.kernel}\`, but not ${what}`,
    'Use another `--backend`.',
  );
}

function notUnderstood(call: KernelCall, name: string): EngineError {
  return unsupported(call, `with \`${name}: ${JSON.stringify(call.attributes[name])}\``);
}

/** Axes as tfjs gives them (none, one or many, negative from the end), sorted and non-negative. Throws where there is no such axis. */
export function axesOf(call: KernelCall, name: string, rank: number): readonly number[] {
  const given = call.attributes[name];
  if (given === undefined || given === null) return Array.from({ length: rank }, (_, axis) => axis);
  const axes = typeof given === 'number' ? [given] : numbersAttribute(call, name);
  return tf.util.parseAxisParam([...axes], new Array<number>(rank).fill(1)).sort((a, b) => a - b);
}

/** The shape in which two shapes meet, as NumPy does it. Throws where they do not. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape([...a], [...b]);
}

/** Numbers of `onnx.TensorProto.DataType`, for `Cast`. */
const castTargets = { float32: 1, int32: 6, int64: 7, bool: 9 } as const satisfies Record<
  ElementType,
  number
>;

export function cast(recorder: Recorder, value: Value, type: ElementType): Value {
  if (value.type === type) return value;
  return recorder.add(
    'Cast',
    [value],
    { type, shape: value.shape },
    { attributes: { to: { int: castTargets[type] } } },
  );
}

/** The same elements in another shape. Numbers that are already there are only seen differently. */
export function reshape(recorder: Recorder, value: Value, shape: readonly number[]): Value {
  if (value.shape.join() === shape.join()) return value;
  if (value.kind === 'host') return { kind: 'host', type: value.type, shape, data: value.data };
  if (value.kind === 'constant' || value.kind === 'device') return { ...value, shape };
  return recorder.add('Reshape', [value, integers(shape)], { type: value.type, shape });
}

/** Axes in another order. What is only seen differently, or was turned before, costs nothing. */
export function transpose(recorder: Recorder, value: Value, order: readonly number[]): Value {
  const shape = order.map((axis) => value.shape[axis] ?? 1);
  const long = order.filter((axis) => value.shape[axis] !== 1);
  if (long.every((axis, i) => i === 0 || axis > (long[i - 1] ?? 0)))
    return shape.join() === value.shape.join() ? value : reshape(recorder, value, shape);
  const before = pendingNode(value);
  const turned = before?.op === 'Transpose' ? before.attributes['perm'] : undefined;
  const [source] = before?.inputs ?? [];
  if (turned !== undefined && 'ints' in turned && source !== undefined)
    return transpose(
      recorder,
      source,
      order.map((axis) => turned.ints[axis] ?? 0),
    );
  return recorder.add(
    'Transpose',
    [value],
    { type: value.type, shape },
    { attributes: { perm: ints(order) } },
  );
}
