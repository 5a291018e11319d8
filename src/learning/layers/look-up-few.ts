// A lookup in a table of few rows, whose gradient is a product with zeros and ones: many rows of it are added up into few, which takes
// a fraction of the time that adding them one by one does. Of a table of many rows the product costs more.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/** Rows of `table` [few, width] as `rows` [many] says: [many, width]. Only the first `reach` rows may be asked for. */
export function lookUpFew(table: tf.Tensor, rows: tf.Tensor1D, reach: number): tf.Tensor2D {
  const few = Math.min(reach, table.shape[0] ?? 0);
  const near = few === table.shape[0] ? table : tf.slice(table, [0, 0], [few, -1]);
  const found = withGradient(
    ([near]) => tf.gather(near, rows),
    (dy, _, [rows]) => [tf.matMul(tf.oneHot(rows, few), dy, true)],
    [near],
    [rows],
  );
  return found as tf.Tensor2D; // as `gather` of a matrix by a vector
}
