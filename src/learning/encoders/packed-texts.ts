// The numbers of a run as tensors, for the encoder and for pooling.
import * as tf from '@tensorflow/tfjs-core';
import type { PackedTexts } from './bert.ts';
import type { Bucket, PackArrays } from './packs.ts';
import type { PooledTexts } from './pooling.ts';

/** The caller disposes the tensors. */
export function toTensors(
  arrays: PackArrays,
  { places, texts, tokens }: Bucket,
  heads: number,
): PackedTexts & PooledTexts {
  return {
    ids: tf.tensor1d(arrays.ids, 'int32'),
    positions: tf.tensor1d(arrays.positions, 'int32'),
    ...(arrays.types !== undefined && { types: tf.tensor1d(arrays.types, 'int32') }),
    spread: tf.tensor3d(arrays.spread, [texts, heads, places], 'int32'),
    pack: tf.tensor2d(arrays.pack, [tokens, heads], 'int32'),
    mask: tf.tensor4d(arrays.mask, [texts, 1, 1, places]),
    filled: tf.tensor3d(arrays.filled, [tokens, 1, 1]),
    tokens: tf.tensor2d(arrays.tokens, [texts, places], 'int32'),
    present: tf.tensor3d(arrays.present, [texts, places, 1]),
  };
}
