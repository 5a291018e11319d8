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

export function maskCalls(rate: number, input: Parameters<Definition>[0]): MaskCalls {
  requireRate(rate);
  const specs: TensorSpec[] = [];
  const dropout: Dropout = (x) => {
    const spec = { type: 'float32', shape: x.shape } as const;
    specs.push(spec);
    return tf.mul(x, input(maskName(specs.length - 1), spec));
  };
  return { dropout: rate === 0 ? noDropout : dropout, specs };
}

/** Memory for the masks of calls, used again at each step and by programs of other shapes. */
export interface MaskMemory {
  /** What the inputs of the calls are at a step. They hold until the next call of this. */
  fill(specs: readonly TensorSpec[], step: number): HostTensors;
}

export function maskMemory(rate: number, seed: number): MaskMemory {
  const grown = 1 / (1 - rate);
  const drop = dropOf(rate);
  const masks: Float32Array[] = [];
  let places = new Int32Array(0);
  const fill = ({ type, shape }: TensorSpec, call: number, step: number): HostTensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    let mask = masks[call];
    if (mask === undefined || mask.length < size) mask = new Float32Array(size);
    masks[call] = mask;
    if (places.length < size) places = new Int32Array(size);
    mask.fill(grown, 0, size);
    const count = drop(size, dropoutStream(seed, step, call), places);
    for (let i = 0; i < count; i++) mask[places[i] ?? 0] = 0;
    return { type, shape, data: mask.length === size ? mask : mask.subarray(0, size) };
  };
  return {
    fill: (specs, step) =>
      Object.fromEntries(specs.map((spec, call) => [maskName(call), fill(spec, call, step)])),
  };
}

function maskName(call: number): string {
  return `dropout ${call}`;
}
