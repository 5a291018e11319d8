// Dropout (Srivastava et al. 2014): each number is zero with some chance, the others grow so that the mean stays. What drops
// depends on the seed, the step and the place in the program alone, not on the device, its threads or what ran before.
import * as tf from '@tensorflow/tfjs-core';
import { drop } from './dropped.ts';

export type Dropout = (x: tf.Tensor) => tf.Tensor;

export const noDropout: Dropout = (x) => x;

/** For one step; each call in its program drops others. `rate` is the chance, 0 or more and below 1. */
export function dropoutOf(rate: number, seed: number, step: number): Dropout {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`a dropout rate is 0 or more and below 1, not ${rate}`);
  if (rate === 0) return noDropout;
  const grown = tf.scalar(1 / (1 - rate));
  let calls = 0;
  return (x) => {
    const kept = new Uint8Array(x.size).fill(1);
    drop(kept, rate, seed, 'dropout', step, calls++);
    const scale = tf.mul(tf.cast(tf.tensor(kept, x.shape, 'bool'), 'float32'), grown);
    return tf.mul(x, scale);
  };
}
