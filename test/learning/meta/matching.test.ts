// What is asked of vectors after training is what the net was trained for.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { matchingClasses, matchingTemperature } from '../../../src/learning/meta/matching.ts';
import { matchingLogits } from '../../../src/learning/meta/prototypical.ts';
import { createRandom } from '../../../src/learning/random.ts';

test.each([1, 4])('matching by %i shots: the class of the highest logit', async (shots) => {
  await tf.setBackend('cpu');
  const random = createRandom('matching', shots);
  const [ways, width, rows] = [5, 6, 200];
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.normal());
  const support = { rows: ways * shots, columns: width, data: numbers(ways * shots * width) };
  const queries = { rows, columns: width, data: numbers(rows * width) };
  const logits = matchingLogits(
    tf.tensor2d(support.data, [support.rows, width]),
    tf.tensor2d(queries.data, [rows, width]),
    ways,
    matchingTemperature,
  );
  const best = await tf.argMax(logits, 1).data();
  const found = matchingClasses(support, queries, ways);
  expect([...found]).toEqual([...best]);
  expect(new Set(found).size).toBe(ways);
});
