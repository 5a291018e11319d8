// What training promises beside right numbers: one graph, bounded memory, ends that leave nothing behind.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { dropoutOf } from '../../../src/learning/layers/dropout.ts';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import { train } from '../../../src/learning/training/train.ts';
import type { Training } from '../../../src/learning/training/train.ts';
import { TrainingError } from '../../../src/learning/training/training-error.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { wave } from './fixture.ts';

const group = { rateFactor: 1, weightDecay: 0.01 };
const optimizer = adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: true, groupOf: () => group });

/** A dense layer with dropout on rows that change from step to step. `rows` decides the shapes. */
function problem(engine: Engine, rows: (step: number) => number, rest: Partial<Training> = {}): Training {
  return {
    engine,
    parameters: { w: tf.tensor2d(wave(64, 0), [8, 8]) },
    loss: ({ w = tf.scalar(NaN) }, step) => {
      const count = rows(step);
      const dropout = dropoutOf(0.1, 7, step);
      const x = tf.tensor2d(wave(8 * count, step), [count, 8]);
      return tf.mean(tf.square(tf.sub(tf.matMul(dropout(x), w), x)));
    },
    optimizer,
    rate: 0.01,
    schedule: { curve: 'cosine', warmupSteps: 20, steps: 40 },
    clip: 1,
    signal: new AbortController().signal,
    ...rest,
  };
}

const aborted = AbortSignal.abort(new Error('enough'));

describe('a thousand steps with warm-up, cosine and dropout', () => {
  it('compile one graph for each shape, and hold as much at the end as at the start', async () => {
    await withEngine('onnx', async (engine) => {
      const before = tf.memory().numTensors;
      const live: number[] = [];
      const schedule = { curve: 'cosine', warmupSteps: 100, steps: 1000 } as const;
      const losses: number[] = [];
      const trained = await train(
        problem(engine, (step) => 4 + (step % 2), {
          schedule,
          onStep: (_, loss) => {
            losses.push(loss);
            live.push(tf.memory().numTensors);
          },
        }),
      );
      expect(engine.trace()).toMatchObject({ compiled: 2, cacheHits: 998, runs: 1000, graphs: 2 });
      expect(new Set(live).size).toBe(1);
      expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 4);
      tf.dispose(trained);
      expect(tf.memory().numTensors).toBe(before + 1); // the start, which is the caller's
    });
  });
});

describe('the end of training', () => {
  it('by a signal comes between two steps and leaves nothing behind', async () => {
    await withEngine('onnx', async (engine) => {
      const before = tf.memory().numTensors;
      await expect(train(problem(engine, () => 4, { signal: aborted }))).rejects.toThrow('enough');
      expect(engine.trace().runs).toBe(0);
      const stop = new AbortController();
      const onStep = (step: number): void => {
        if (step === 3) stop.abort(new Error('after three'));
      };
      await expect(train(problem(engine, () => 4, { signal: stop.signal, onStep }))).rejects.toThrow(
        'after three',
      );
      expect(engine.trace().runs).toBe(3);
      expect(tf.memory().numTensors).toBe(before + 2); // the two starts
    });
  });

  it('by a loss that is no number says what to lower', async () => {
    await withEngine('onnx', async (engine) => {
      const before = tf.memory().numTensors;
      const explosive: Partial<Training> = {
        loss: ({ w = tf.scalar(NaN) }) => tf.sum(tf.exp(tf.mul(tf.square(w), 100))),
        rate: 0.5,
        clip: undefined,
      };
      const run = train(problem(engine, () => 4, explosive));
      await expect(run).rejects.toBeInstanceOf(TrainingError);
      await expect(run).rejects.toMatchObject({
        message: expect.stringMatching(/^the loss is (NaN|Infinity) at step \d+$/) as string,
        hint: expect.stringContaining('Lower the learning rate (it is 0.5)') as string,
      });
      expect(tf.memory().numTensors).toBe(before + 1);
    });
  });
});

describe('results', () => {
  it('leave the start as it was', async () => {
    await withEngine('onnx', async (engine) => {
      const training = problem(engine, () => 4);
      await train(training);
      expect(Array.from((await training.parameters['w']?.data()) ?? [])).toEqual(
        wave(64, 0).map(Math.fround),
      );
    });
  });

  it('are equal from run to run and with one or two threads', async () => {
    const run = (threads: number): Promise<readonly number[]> =>
      withEngine(
        'onnx',
        async (engine) => {
          const { w } = await train(problem(engine, (step) => 64 + (step % 2)));
          return Array.from((await w?.data()) ?? []);
        },
        threads,
      );
    const first = await run(1);
    expect(first).toHaveLength(64);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).toEqual(first);
  });
});
