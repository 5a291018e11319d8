// From hidden states of tokens to one vector a text, as `pooling.ts` does it, by one product: its gradient is another, and adds up no rows.
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../engine/program.ts';
import { unitRows } from '../layers/unit-rows.ts';
import type { Bucket } from './packs.ts';
import type { Pooling } from './pooling.ts';

/** How much of each token's state is in a text's vector, [texts, tokens]. Not for `max`, which is no sum. */
export function poolingShares(
  texts: readonly (readonly number[])[],
  { texts: count, tokens }: Bucket,
  mode: Exclude<Pooling['mode'], 'max'>,
): HostTensor {
  const shares = new Float32Array(count * tokens);
  let start = 0;
  texts.forEach(({ length }, text) => {
    const from = text * tokens + start;
    if (mode === 'cls') shares[from] = 1;
    else shares.fill(1 / length, from, from + length);
    start += length;
  });
  return { data: shares, shape: [count, tokens], type: 'float32' };
}

/** Hidden states [tokens, width] to vectors [texts, width]. */
export function poolByShares(shares: tf.Tensor, states: tf.Tensor2D, normalize: boolean): tf.Tensor2D {
  const vectors = tf.matMul<tf.Tensor2D>(shares, states);
  return normalize ? unitRows(vectors) : vectors;
}
