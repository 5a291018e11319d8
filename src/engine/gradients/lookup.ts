// Gradients of lookups by index and of the product of matrices.
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { EngineError } from '../engine-error.ts';
import { axesOf, folded, nothing, ofOne } from './rule.ts';

export const lookupGradients: readonly GradConfig[] = [
  ...['ArgMax', 'ArgMin'].map((kernel) => ofOne(kernel, 'x', (_, x) => nothing(x))),
  ofOne('OneHot', 'indices', (_, indices) => nothing(indices)),
  {
    kernelName: 'GatherV2',
    inputsToSave: ['x', 'indices'],
    gradFunc: (dy, [x, indices], { axis, batchDims }) => {
      if (batchDims !== undefined && batchDims !== 0)
        throw new EngineError(
          'unsupported-kernel',
          'a derivative was asked for through `GatherV2` with `batchDims`, which has none here',
          'Gather without `batchDims`, from a tensor whose first axes are one.',
        );
      if (x === undefined || indices === undefined || Array.isArray(dy))
        throw new Error('`GatherV2` has two inputs');
      const [place = 0] = axesOf(axis, x.rank);
      return { x: () => scattered(dy, x.shape, indices, place) };
    },
  },
  {
    kernelName: 'UnsortedSegmentSum',
    inputsToSave: ['segmentIds'],
    gradFunc: (dy, [ids]) => {
      if (ids === undefined || Array.isArray(dy)) throw new Error('`UnsortedSegmentSum` has one output');
      return {
        x: () => {
          const found = tf.gather(dy, tf.maximum(ids, tf.scalar(0, 'int32')));
          const counted = tf.reshape(tf.greaterEqual(ids, tf.scalar(0, 'int32')), [
            ids.size,
            ...dy.shape.slice(1).map(() => 1),
          ]);
          return tf.mul(found, tf.cast(counted, 'float32'));
        },
      };
    },
  },
  {
    kernelName: 'BatchMatMul',
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b], { transposeA, transposeB }) => {
      if (a === undefined || b === undefined || Array.isArray(dy))
        throw new Error('`BatchMatMul` has two inputs');
      const [ofA, ofB] = [transposeA === true, transposeB === true];
      return {
        a: () => folded(ofA ? tf.matMul(b, dy, ofB, true) : tf.matMul(dy, b, false, !ofB), a.shape),
        b: () => folded(ofB ? tf.matMul(dy, a, true, ofA) : tf.matMul(a, dy, !ofA, false), b.shape),
      };
    },
  },
];

/** Rows of `dy` added up where they came from. */
function scattered(dy: Tensor, shape: readonly number[], indices: Tensor, axis: number): Tensor {
  const before = shape.slice(0, axis);
  const after = shape.slice(axis + 1);
  const rows = tf.reshape(dy, [...before, indices.size, ...after]);
  const order = [axis, ...before.keys(), ...after.map((_, i) => axis + 1 + i)];
  const sums = tf.unsortedSegmentSum(
    tf.transpose(rows, order),
    tf.reshape(indices, [indices.size]),
    shape[axis] ?? 0,
  );
  return tf.transpose(
    sums,
    order.map((_, i) => order.indexOf(i)),
  );
}
