// What training promises beside right numbers: one graph, bounded memory, ends that leave nothing behind.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import type { Tensors } from '../../../src/learning/optimizers/optimizer.ts';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import { train } from '../../../src/learning/training/train.ts';
import type {
  HostTensor,
  StepReport,
  Training,
  TrainingState,
} from '../../../src/learning/training/train.ts';
import { TrainingError } from '../../../src/learning/training/training-error.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { wave } from './fixture.ts';

const group = { rateFactor: 1, weightDecay: 0.01 };
const optimizer = adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: true, groupOf: () => group });

function real(numbers: readonly number[], shape: readonly number[]): HostTensor {
  return { type: 'float32', data: Float32Array.from(numbers), shape };
}

/** A dense layer with dropout on rows that change from step to step. `rows` decides the shapes. */
function problem(engine: Engine, rows: (step: number) => number, rest: Partial<Training> = {}): Training {
  return {
    engine,
    parameters: { w: tf.tensor2d(wave(64, 0), [8, 8]) },
    batch: (step) => ({ x: real(wave(8 * rows(step), step), [rows(step), 8]) }),
    loss: ({ w = tf.scalar(NaN) }, { x = tf.scalar(NaN) }, dropout) =>
      tf.mean(tf.square(tf.sub(tf.matMul(dropout(x), w), x))),
    dropoutRate: 0.1,
    dropoutSeed: 7,
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
          onStep: ({ loss }) => {
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
      const onStep = ({ step }: StepReport): void => {
        if (step === 3) stop.abort(new Error('after three'));
      };
      await expect(train(problem(engine, () => 4, { signal: stop.signal, onStep }))).rejects.toThrow(
        'after three',
      );
      expect(engine.trace().runs).toBe(3);
      expect(tf.memory().numTensors).toBe(before + 2); // the two starts
    });
  });

  it('by a signal that is only heard when the event loop turns comes after the step that runs then', async () => {
    await withEngine('onnx', async (engine) => {
      const stop = new AbortController();
      const steps: number[] = [];
      const x = real(wave(1000 * 512, 1), [1000, 512]);
      const run = train(
        problem(engine, () => 4, {
          parameters: { w: tf.tensor2d(wave(512 * 2048, 0), [512, 2048]) },
          loss: ({ w = tf.scalar(NaN) }, { x: rows = tf.scalar(NaN) }) =>
            tf.mean(tf.square(tf.matMul(rows, w))),
          batch: (index) => {
            // As a signal of the system does, the timer waits for the native run of the second step, which takes longer.
            if (index === 2) setTimeout(() => stop.abort(new Error('heard')), 10);
            return { x };
          },
          signal: stop.signal,
          onStep: ({ step }) => void steps.push(step),
        }),
      );
      await expect(run).rejects.toThrow('heard');
      expect(steps).toEqual([1, 2]);
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

describe('steps of several batches', () => {
  const numbers = async (tensors: Tensors): Promise<readonly number[]> =>
    Array.from((await tensors['w']?.data()) ?? []);

  it.each(['onnx', 'reference'] as const)('go along the mean of their gradients on %s', async (backend) => {
    await withEngine(backend, async (engine) => {
      const x = (index: number): readonly number[] => wave(16, index);
      const reports: StepReport[] = [];
      const schedule = { curve: 'constant', warmupSteps: 0, steps: 4 } as const;
      const rest: Partial<Training> = { schedule, dropoutRate: 0 };
      const apart = await train(
        problem(engine, () => 2, {
          ...rest,
          accumulate: 3,
          batch: (index) => ({ x: real(x(index), [2, 8]) }),
          onStep: (report) => void reports.push(report),
        }),
      );
      const losses: number[] = [];
      const together = await train(
        problem(engine, () => 6, {
          ...rest,
          batch: (step) => ({
            x: real(
              [1, 2, 3].flatMap((i) => x((step - 1) * 3 + i)),
              [6, 8],
            ),
          }),
          onStep: ({ loss }) => void losses.push(loss),
        }),
      );
      const expected = await numbers(together);
      (await numbers(apart)).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 4));
      expect(reports.map(({ step, rate }) => [step, rate])).toEqual([1, 2, 3, 4].map((step) => [step, 0.01]));
      reports.forEach(({ loss }, i) => expect(loss).toBeCloseTo(losses[i] ?? NaN, 5));
    });
  });
});

describe('a state that is read', () => {
  it.each(['onnx', 'reference'] as const)(
    'goes on to the same weights, bit for bit, on %s',
    async (backend) => {
      await withEngine(backend, async (engine) => {
        const states: TrainingState[] = [];
        const checkpoint: Training['checkpoint'] = async (step, read) => {
          if (step === 17) states.push(await read());
        };
        const whole = await train(problem(engine, (step) => 4 + (step % 2), { checkpoint }));
        const [start] = states;
        expect(start).toMatchObject({ step: 17 });
        const steps: number[] = [];
        const rest = await train(
          problem(engine, (step) => 4 + (step % 2), { start, onStep: ({ step }) => void steps.push(step) }),
        );
        expect(steps[0]).toBe(18);
        expect(await rest['w']?.data()).toEqual(await whole['w']?.data());
      });
    },
  );
});

describe('dropout', () => {
  it('drops the same numbers on every backend', async () => {
    const losses = (backend: 'onnx' | 'reference'): Promise<readonly number[]> =>
      withEngine(backend, async (engine) => {
        const all: number[] = [];
        await train(problem(engine, (step) => 3 + (step % 3), { onStep: ({ loss }) => void all.push(loss) }));
        return all;
      });
    const expected = await losses('reference');
    (await losses('onnx')).forEach((loss, i) => expect(loss).toBeCloseTo(expected[i] ?? NaN, 5));
    expect(expected).toHaveLength(40);
  });
});

describe('weights that are not trained', () => {
  it.each(['onnx', 'reference'] as const)('are there for the loss and stay, on %s', async (backend) => {
    await withEngine(backend, async (engine) => {
      const target = tf.fill([8, 8], 0.25);
      const { w } = await train(
        problem(engine, () => 4, {
          frozen: { target },
          loss: ({ w = tf.scalar(NaN), target = tf.scalar(NaN) }) => tf.sum(tf.square(tf.sub(w, target))),
          rate: 0.1,
          schedule: { curve: 'linear', warmupSteps: 0, steps: 150 },
        }),
      );
      ((await w?.data()) ?? new Float32Array([NaN])).forEach((value) => expect(value).toBeCloseTo(0.25, 1));
      expect(await target.data()).toEqual(new Float32Array(64).fill(0.25));
    });
  });
});
