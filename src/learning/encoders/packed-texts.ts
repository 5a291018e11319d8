// The numbers of a run with their shapes, and as tensors, for the encoder and for pooling.
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../engine/program.ts';
import type { PackedTexts } from './bert.ts';
import type { Bucket, PackArrays } from './packs.ts';
import type { PooledTexts } from './pooling.ts';

type Packed = Omit<PackedTexts, 'replaced'> & PooledTexts;

/** By the same names as the tensors. */
export type HostTexts = Readonly<Record<Exclude<keyof Packed, 'types'>, HostTensor>> & {
  readonly types?: HostTensor;
};

export function toHostTexts(arrays: PackArrays, { places, texts, tokens }: Bucket, heads: number): HostTexts {
  return {
    ids: { data: arrays.ids, type: 'int32', shape: [tokens] },
    positions: { data: arrays.positions, type: 'int32', shape: [tokens] },
    ...(arrays.types !== undefined && { types: { data: arrays.types, type: 'int32', shape: [tokens] } }),
    spread: { data: arrays.spread, type: 'int32', shape: [texts, heads, places] },
    pack: { data: arrays.pack, type: 'int32', shape: [tokens, heads] },
    mask: { data: arrays.mask, type: 'float32', shape: [texts, 1, 1, places] },
    filled: { data: arrays.filled, type: 'float32', shape: [tokens, 1, 1] },
    tokens: { data: arrays.tokens, type: 'int32', shape: [texts, places] },
    present: { data: arrays.present, type: 'float32', shape: [texts, places, 1] },
  };
}

/** Tensors that were made of `HostTexts`, by their names. */
export function packedTexts(tensors: Readonly<Record<string, tf.Tensor>>): Packed {
  const named = (name: keyof Packed): tf.Tensor => {
    const tensor = tensors[name];
    if (tensor === undefined) throw new Error(`no \`${name}\` of packed texts`);
    return tensor;
  };
  // Shapes as they are in `HostTexts`.
  return {
    ids: named('ids') as tf.Tensor1D,
    positions: named('positions') as tf.Tensor1D,
    ...(tensors['types'] !== undefined && { types: named('types') as tf.Tensor1D }),
    spread: named('spread') as tf.Tensor3D,
    pack: named('pack') as tf.Tensor2D,
    mask: named('mask') as tf.Tensor4D,
    filled: named('filled') as tf.Tensor3D,
    tokens: named('tokens') as tf.Tensor2D,
    present: named('present') as tf.Tensor3D,
  };
}

/** The caller disposes the tensors. */
export function toTensors(arrays: PackArrays, bucket: Bucket, heads: number): Packed {
  const host = Object.entries(toHostTexts(arrays, bucket, heads));
  return packedTexts(
    Object.fromEntries(
      host.map(([name, { data, type, shape }]) => [name, tf.tensor(data, [...shape], type)]),
    ),
  );
}
