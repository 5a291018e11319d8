// Tables of which batches read rows: the same weights as training the whole table, whatever the optimizer, and less work.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import type { Optimizer } from '../../../src/learning/optimizers/optimizer.ts';
import { sgd } from '../../../src/learning/optimizers/sgd.ts';
import { train } from '../../../src/learning/training/train.ts';
import type { Training, TrainingState } from '../../../src/learning/training/train.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { wave } from './fixture.ts';

const [size, width, tokens] = [40, 20, 24] as const;
const decayed = { rateFactor: 0.5, weightDecay: 0.1 };
const plain = { rateFactor: 1, weightDecay: 0 };
const adamNumbers = { beta1: 0.9, beta2: 0.99, epsilon: 1e-6 };

const optimizers: readonly (readonly [name: string, optimizer: Optimizer, rest: boolean])[] = [
  ['adamw', adam({ ...adamNumbers, decoupled: true, groupOf: () => decayed }), true],
  ['adam without decay', adam({ ...adamNumbers, decoupled: false, groupOf: () => plain }), true],
  ['adam with decay', adam({ ...adamNumbers, decoupled: false, groupOf: () => decayed }), false],
  ['sgd', sgd({ momentum: 0, nesterov: false, groupOf: () => decayed }), true],
  ['sgd with momentum', sgd({ momentum: 0.9, nesterov: true, groupOf: () => plain }), true],
  ['sgd with momentum and decay', sgd({ momentum: 0.9, nesterov: true, groupOf: () => decayed }), false],
];

/** Rows repeat within a batch, come and go, and some never come: multiples of 7. */
const idsOf = (index: number): Int32Array =>
  Int32Array.from({ length: tokens }, (_, i) => 1 + ((index * 3 + i * i * 5) % 38)).map((id) =>
    id % 7 === 0 ? 1 : id,
  );

async function run(optimizer: Optimizer, rest: Partial<Training>): Promise<Record<string, Float32Array>> {
  return withEngine('onnx', async (engine) => {
    const trained = await train({
      engine,
      parameters: {
        table: tf.tensor2d(wave(size * width, 0), [size, width]),
        w: tf.tensor2d(wave(width * 3, 2), [width, 3]),
      },
      batch: (index) => ({ ids: { type: 'int32', shape: [4, tokens / 4], data: idsOf(index) } }),
      loss: ({ table = tf.scalar(NaN), w = tf.scalar(NaN) }, { ids = tf.scalar(NaN) }) => {
        const rows = tf.reshape(tf.gather(table, tf.cast(ids, 'int32')), [tokens, width]);
        return tf.mean(tf.square(tf.sub(tf.matMul(rows, w), 1)));
      },
      dropoutSeed: 1,
      optimizer,
      rate: 0.02,
      schedule: { curve: 'linear', warmupSteps: 2, steps: 9 },
      clip: 0.3,
      signal: new AbortController().signal,
      ...rest,
    });
    const numbers: Record<string, Float32Array> = {};
    for (const [name, tensor] of Object.entries(trained))
      numbers[name] = Float32Array.from(await tensor.data());
    return numbers;
  });
}

const lookups = { table: 'ids' };

describe.each(optimizers)('%s', (_, optimizer, rest) => {
  it.each([1, 3])('with %s batches a step', async (accumulate) => {
    const states: TrainingState[] = [];
    const whole = await run(optimizer, { accumulate });
    const rows = await run(optimizer, {
      accumulate,
      lookups,
      checkpoint: async (step, read) => {
        if (step === 4) states.push(await read());
      },
    });
    for (const [name, expected] of Object.entries(whole)) {
      expected.forEach((value, i) => expect(rows[name]?.[i], `${name} ${i}`).toBeCloseTo(value, 5));
    }
    const [start] = states;
    const touched = start?.state['touched table']?.data;
    if (rest) expect(touched?.[0] === 0 && touched[1] === 1 && touched[7] === 0).toBe(true);
    else expect(touched).toBeUndefined();
    // From there on, the same weights bit for bit.
    expect(await run(optimizer, { accumulate, lookups, start })).toEqual(rows);
  });
});
