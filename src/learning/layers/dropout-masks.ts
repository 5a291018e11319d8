// Dropout of a program that is recorded once: what drops is an input, filled anew for each run. The same numbers drop as with `dropoutOf`.
import * as tf from '@tensorflow/tfjs-core';
import type { Definition, HostTensor, HostTensors, TensorSpec } from '../../engine/program.ts';
import { dropoutStream, noDropout, requireRate } from './dropout.ts';
import type { Dropout } from './dropout.ts';
import { dropOf } from './dropped.ts';

/** The calls of dropout in one program. */
export interface MaskCalls {
  readonly dropout: Dropout;
  /** Of the calls so far, in order. */
  readonly specs: readonly TensorSpec[];
}

/**
 * How masks are given: as factors, 0 or what the others grow by, which is one product; or as bytes, which cross to a device in a quarter of the time.
 */
export type MaskType = 'float32' | 'bool';

export function maskCalls(rate: number, input: Parameters<Definition>[0], type: MaskType): MaskCalls {
  requireRate(rate);
  const specs: TensorSpec[] = [];
  const dropout: Dropout = (x) => {
    const spec = { type, shape: x.shape } as const;
    specs.push(spec);
    const mask = input(maskName(specs.length - 1), spec);
    return type === 'float32' ? tf.mul(x, mask) : tf.mul(tf.mul(x, grownBy(rate)), tf.cast(mask, 'float32'));
  };
  return { dropout: rate === 0 ? noDropout : dropout, specs };
}

/** Memory for the masks of calls, used again at each step and by programs of other shapes. */
export interface MaskMemory {
  /** What the inputs of the calls are at a step. They hold until the next call of this. */
  fill(specs: readonly TensorSpec[], step: number): HostTensors;
}

export function maskMemory(rate: number, seed: number): MaskMemory {
  const drop = dropOf(rate);
  const masks = { float32: masksOf(Float32Array, grownBy(rate)), bool: masksOf(Uint8Array, 1) };
  let places = new Int32Array(0);
  const fill = ({ type, shape }: TensorSpec, call: number, step: number): HostTensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    const mask = masks[type === 'bool' ? type : 'float32'](call, size);
    if (places.length < size) places = new Int32Array(size);
    const count = drop(size, dropoutStream(seed, step, call), places);
    for (let i = 0; i < count; i++) mask[places[i] ?? 0] = 0;
    return { type, shape, data: mask };
  };
  return {
    fill: (specs, step) =>
      Object.fromEntries(specs.map((spec, call) => [maskName(call), fill(spec, call, step)])),
  };
}

/** Of each call `size` numbers in memory that is used again, filled with what stays. */
function masksOf<A extends Float32Array | Uint8Array>(
  type: new (size: number) => A,
  stays: number,
): (call: number, size: number) => A {
  const masks: A[] = [];
  return (call, size) => {
    let mask = masks[call];
    if (mask === undefined || mask.length < size) mask = new type(size);
    masks[call] = mask;
    mask.fill(stays, 0, size);
    return mask.length === size ? mask : (mask.subarray(0, size) as A); // of the same kind
  };
}

/** What numbers that stay are multiplied by. */
function grownBy(rate: number): number {
  return 1 / (1 - rate);
}

function maskName(call: number): string {
  return `dropout ${call}`;
}
