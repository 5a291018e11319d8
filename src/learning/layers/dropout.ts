// Dropout (Srivastava et al. 2014): each number is zero with some chance, the others grow so that the mean stays. What drops
// depends on the seed, the step and the place in the program alone, not on the device, its threads or what ran before.
import * as tf from '@tensorflow/tfjs-core';
import { dropOf } from './dropped.ts';

export type Dropout = (x: tf.Tensor) => tf.Tensor;

export const noDropout: Dropout = (x) => x;

/** For one step; each call in its program drops others. `rate` is the chance, 0 or more and below 1. */
export function dropoutOf(rate: number, seed: number, step: number): Dropout {
  requireRate(rate);
  if (rate === 0) return noDropout;
  const drop = dropOf(rate);
  let calls = 0;
  return (x) => {
    const scale = new Float32Array(x.size).fill(1 / (1 - rate));
    const places = new Int32Array(x.size);
    const count = drop(x.size, dropoutStream(seed, step, calls++), places);
    for (let i = 0; i < count; i++) scale[places[i] ?? 0] = 0;
    return tf.mul(x, tf.tensor(scale, x.shape));
  };
}

/** Names the random numbers of a call. */
export function dropoutStream(seed: number, step: number, call: number): readonly (string | number)[] {
  return [seed, 'dropout', step, call];
}

export function requireRate(rate: number): void {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`a dropout rate is 0 or more and below 1, not ${rate}`);
}
