// Tensors as numbers in memory, and back.
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, HostTensors } from '../../engine/program.ts';
import type { Tensors } from '../optimizers/optimizer.ts';

export interface RealTensor extends HostTensor {
  readonly type: 'float32';
  readonly data: Float32Array;
}

/** Real tensors with memory of their own. */
export type Reals = Readonly<Record<string, RealTensor>>;

export async function copied(tensors: Tensors): Promise<Reals> {
  const copies: Record<string, RealTensor> = {};
  for (const [name, tensor] of Object.entries(tensors))
    copies[name] = real(Float32Array.from(await tensor.data()), tensor.shape);
  return copies;
}

/** Nothing of them is left to compute afterwards. */
export async function computed(tensors: Tensors): Promise<void> {
  await Promise.all(Object.values(tensors).map((tensor) => tensor.data()));
}

/** As the engine holds them: they may share its memory. */
export async function hostTensors(tensors: Tensors): Promise<HostTensors> {
  const read = Object.entries(tensors).map(async ([name, tensor]) => {
    const { dtype: type, shape } = tensor;
    if (type !== 'float32' && type !== 'int32' && type !== 'bool')
      throw new Error(`\`${name}\` is of type ${type}`);
    return [name, { type, shape, data: await tensor.data() }] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** The same numbers once more. */
export function copyOf(tensors: HostTensors): Reals {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape }]) => [name, real(Float32Array.from(data), shape)]),
  );
}

export function zeros(shapes: Readonly<Record<string, readonly number[]>>): Reals {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      real(new Float32Array(shape.reduce((product, size) => product * size, 1)), shape),
    ]),
  );
}

export function arraysOf(tensors: Reals): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
}

export function shapesOf(tensors: Tensors | HostTensors): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
}

/** Tensors that share the numbers. */
export function toTensors(tensors: HostTensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape, type }]) => [name, tf.tensor(data, [...shape], type)]),
  );
}

function real(data: Float32Array, shape: readonly number[]): RealTensor {
  return { type: 'float32', data, shape };
}
