// Rows in another order, some left out and some repeated that nothing reads: a lookup whose gradient is a lookup too,
// where the gradient of a lookup in general adds rows up, which takes many times as long.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

export interface Rearrangement {
  /** For each row of the result, which row it is. Any shape. */
  readonly there: tf.Tensor;
  /** For each row that is given, where it went. Any shape. */
  readonly back: tf.Tensor;
  /** 1 for the rows of `back` that are read, 0 for those whose gradient is 0; its shape broadcasts to that of `back` with an axis more. */
  readonly read: tf.Tensor;
}

/** Rows [rows, width] to [...there, width]. Where a row is repeated, all but one must have no influence on the result. */
export function rearrange(x: tf.Tensor2D, { there, back, read }: Rearrangement): tf.Tensor {
  return withGradient(
    ([x]) => tf.gather(x, there),
    (dy, [x], [there, back, read]) => {
      const rows = tf.reshape(dy, [there.size, x.shape[1] ?? 1]);
      return [tf.reshape(tf.mul(tf.gather(rows, back), read), x.shape)];
    },
    [x],
    [there, back, read],
  );
}
