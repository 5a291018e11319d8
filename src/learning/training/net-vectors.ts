// Vectors of rows by a net with other weights than its own. Knows no losses.
import * as tf from '@tensorflow/tfjs-core';
import { noDropout } from '../layers/dropout.ts';
import type { Matrix } from '../matrix.ts';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import { toTensors } from './host-arrays.ts';
import type { Net } from './tune-net.ts';

/** Rows that are encoded together. */
const together = 32;

/** Of rows, by number [rows, width]. `weights`: those that are others than the net's own. */
export async function netVectors(
  net: Net,
  weights: ReadonlyMap<string, Float32Array>,
  rows: readonly number[],
  signal: AbortSignal,
): Promise<Matrix> {
  if (rows.length === 0) return { rows: 0, columns: 0, data: new Float32Array() };
  const others = weightTensors(net, weights);
  const all = { ...net.weights, ...others };
  const parts: Float32Array[] = [];
  let columns = 0;
  try {
    for (let first = 0; first < rows.length; first += together) {
      signal.throwIfAborted();
      const members = rows.slice(first, first + together);
      const { inputs } = net.batch(members, 1);
      const vectors = tf.tidy(() => {
        const batch = toTensors(inputs);
        return net.vectors(all, batch, noDropout, { ...all, ...batch }).vectors;
      });
      [, columns] = vectors.shape;
      parts.push((await vectors.data<'float32'>()).slice(0, members.length * columns));
      vectors.dispose();
    }
  } finally {
    tf.dispose(others);
  }
  const data = new Float32Array(rows.length * columns);
  parts.forEach((part, i) => data.set(part, i * together * columns));
  return { rows: rows.length, columns, data };
}

/** The caller disposes them. */
export function weightTensors({ weights: own }: Net, weights: ReadonlyMap<string, Float32Array>): Tensors {
  return Object.fromEntries(
    [...weights].map(([name, data]) => [name, tf.tensor(data, tensorIn(own, name).shape)]),
  );
}
