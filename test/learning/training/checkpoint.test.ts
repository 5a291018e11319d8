// Training that is stopped after any step and goes on gives the weights of training in one go, to the bit.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import type { Optimizer } from '../../../src/learning/optimizers/optimizer.ts';
import { sgd } from '../../../src/learning/optimizers/sgd.ts';
import { readCheckpoint, writeCheckpoint } from '../../../src/learning/training/checkpoint.ts';
import type { TrainingIdentity } from '../../../src/learning/training/checkpoint.ts';
import { bestWeights } from '../../../src/learning/training/best-weights.ts';
import { train } from '../../../src/learning/training/train.ts';
import type { Training, TrainingState } from '../../../src/learning/training/train.ts';
import { trainResumably } from '../../../src/learning/training/train-resumably.ts';
import type { CheckpointPlace } from '../../../src/learning/training/train-resumably.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { wave } from './fixture.ts';

const groupOf = () => ({ rateFactor: 1, weightDecay: 0.01 });
const optimizers: Readonly<Record<string, Optimizer>> = {
  AdamW: adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: true, groupOf }),
  'SGD with momentum': sgd({ momentum: 0.9, nesterov: true, groupOf }),
};
const steps = 9;

/** Two layers with dropout; batches of two shapes, two a step. */
function problem(engine: Engine, rest: Partial<Training> = {}): Training {
  return {
    engine,
    parameters: { w: tf.tensor2d(wave(48, 0), [8, 6]), b: tf.tensor1d(wave(6, 3)) },
    frozen: { out: tf.tensor2d(wave(48, 9), [6, 8]) },
    batch: (index) => {
      const rows = 4 + (index % 2);
      return { x: { type: 'float32', data: Float32Array.from(wave(8 * rows, index)), shape: [rows, 8] } };
    },
    loss: (weights, batch, dropout) => {
      const { w, b, out } = weights as Record<'w' | 'b' | 'out', tf.Tensor>;
      const { x } = batch as Record<'x', tf.Tensor>;
      return tf.mean(tf.square(tf.sub(tf.matMul(dropout(tf.tanh(tf.add(tf.matMul(x, w), b))), out), x)));
    },
    dropoutRate: 0.2,
    dropoutSeed: 7,
    optimizer: optimizers['AdamW'],
    rate: 0.02,
    schedule: { curve: 'cosine', warmupSteps: 3, steps },
    clip: 0.5,
    accumulate: 2,
    signal: new AbortController().signal,
    ...rest,
  };
}

/** A place in memory. */
function memory(every = 1000): CheckpointPlace & { bytes: Uint8Array | undefined; saved: number } {
  const place = {
    every,
    saved: 0,
    bytes: undefined as Uint8Array | undefined,
    load: async () => place.bytes,
    save: async (pieces: readonly Uint8Array[]) => {
      place.saved += 1;
      place.bytes = Buffer.concat(pieces);
    },
  };
  return place;
}

async function numbers(trained: Awaited<ReturnType<typeof train>>): Promise<Record<string, number[]>> {
  const read = Object.entries(trained).map(async ([name, t]) => [name, Array.from(await t.data())] as const);
  return Object.fromEntries(await Promise.all(read));
}

interface Ended {
  readonly weights: Record<string, number[]>;
  /** The step it went on after. */
  readonly from?: number | undefined;
  /** Of all steps. */
  readonly losses: readonly number[];
}

/** In one go. */
async function undisturbed(training: Training): Promise<Ended> {
  const losses: number[] = [];
  const onStep: Training['onStep'] = ({ loss }) => void losses.push(loss);
  return { weights: await numbers(await train({ ...training, onStep })), losses };
}

/** Stops during a step, then goes on; which step it went on after. */
async function interrupted(
  training: Training,
  at: number,
  where: 'after the step' | 'inside the step',
): Promise<Ended> {
  const place = memory();
  const stop = new AbortController();
  const stopping: Partial<Training> =
    where === 'after the step'
      ? { onStep: ({ step }) => void (step === at && stop.abort(new Error('stopped'))) }
      : {
          batch: (index) => {
            if (index === 2 * at - 1) stop.abort(new Error('stopped')); // the first of two batches
            return training.batch(index);
          },
        };
  const first = trainResumably({
    training: { ...training, ...stopping, signal: stop.signal },
    place,
    about: 'test',
  });
  await expect(first).rejects.toThrow('stopped');
  let from: number | undefined;
  const losses: number[] = [];
  const resumed = (earlier: readonly number[]): void => {
    from = earlier.length;
    losses.push(...earlier);
  };
  const onStep: Training['onStep'] = ({ loss }) => void losses.push(loss);
  const weights = await numbers(
    await trainResumably({ training: { ...training, onStep }, place, about: 'test', resumed }),
  );
  return { weights, from, losses };
}

describe('training that was stopped', () => {
  it.each(Object.keys(optimizers))('ends with the same bits, after whatever step, with %s', async (name) => {
    const optimizer = optimizers[name];
    await withEngine('onnx', async (engine) => {
      const training = problem(engine, { optimizer });
      const expected = await undisturbed(training);
      for (let at = 1; at < steps; at++) {
        expect(await interrupted(training, at, 'after the step')).toEqual({ ...expected, from: at });
      }
    });
  });

  it('between two batches of one step goes on with that step', async () => {
    await withEngine('onnx', async (engine) => {
      const training = problem(engine);
      const expected = await undisturbed(training);
      expect(await interrupted(training, 5, 'inside the step')).toEqual({ ...expected, from: 4 });
    });
  });

  it('ends with the same bits on a backend that computes at once, and does no more than one step more', async () => {
    await withEngine('reference', async (engine) => {
      const training = problem(engine);
      const expected = await undisturbed(training);
      expect(await interrupted(training, 4, 'after the step')).toEqual({ ...expected, from: 4 });
    });
  });

  it('after its last step has nothing left to do', async () => {
    await withEngine('onnx', async (engine) => {
      const training = problem(engine);
      const expected = await numbers(await train(training));
      const place = memory(0);
      await trainResumably({ training, place, about: 'test' });
      const { runs } = engine.trace();
      const again = await trainResumably({ training, place, about: 'test' });
      expect(engine.trace().runs).toBe(runs);
      expect(await numbers(again)).toEqual(expected);
    });
  });

  it('starts afresh where the checkpoint belongs to another training, or is not whole', async () => {
    await withEngine('onnx', async (engine) => {
      const training = problem(engine);
      const place = memory(0);
      const stop = new AbortController();
      const onStep: Training['onStep'] = ({ step }) => void (step === 4 && stop.abort(new Error('stopped')));
      await trainResumably({
        training: { ...training, onStep, signal: stop.signal },
        place,
        about: 'a',
      }).catch(() => undefined);
      const whole = place.bytes ?? new Uint8Array();
      const from = async (change: Partial<Training>, about: string, bytes: Uint8Array) => {
        const steps: number[] = [];
        const resumed = ({ length }: readonly number[]): void => void steps.push(length);
        const other = { ...memory(), load: async () => bytes };
        await trainResumably({ training: { ...training, ...change }, place: other, about, resumed });
        return steps;
      };
      expect(await from({}, 'a', whole)).toEqual([4]);
      expect(await from({}, 'b', whole)).toEqual([]);
      expect(await from({ rate: 0.01 }, 'a', whole)).toEqual([]);
      expect(await from({ schedule: { curve: 'linear', warmupSteps: 3, steps } }, 'a', whole)).toEqual([]);
      expect(await from({ dropoutSeed: 8 }, 'a', whole)).toEqual([]);
      expect(await from({ optimizer: optimizers['SGD with momentum'] }, 'a', whole)).toEqual([]);
      expect(await from({}, 'a', whole.subarray(0, -4))).toEqual([]);
      expect(await from({}, 'a', new Uint8Array(10))).toEqual([]);
    });
  });
});

/** The length of `w`, but for a dip at step 4: what is measured has nothing to do with what is trained. */
const watching = (measuredAt: number[] = []) =>
  bestWeights({
    every: 2,
    patience: 2,
    steps,
    measure: async ({ w }, step) => {
      measuredAt.push(step);
      const length = Float32Array.from(w.data).reduce((sum, value) => sum + value * value, 0);
      return { loss: step === 4 ? 0.001 * length : length, accuracy: step / 10 };
    },
  });

describe('training that is watched', () => {
  const interruptedWatch = async (training: Training, at: number, where: 'step' | 'measurement') => {
    const place = memory();
    const stop = new AbortController();
    const onStep: Training['onStep'] = ({ step }) =>
      void (where === 'step' && step === at && stop.abort(new Error('stopped')));
    const watch = watching();
    const ends: typeof watch.ends = async (step, read) => {
      if (where === 'measurement' && step === at) stop.abort(new Error('stopped'));
      stop.signal.throwIfAborted();
      return watch.ends(step, read);
    };
    await trainResumably({
      training: { ...training, onStep, signal: stop.signal },
      watch: { ...watch, ends },
      place,
      about: '',
    }).catch(() => undefined);
    expect(stop.signal.aborted).toBe(true);
    const again = watching();
    const weights = await numbers(await trainResumably({ training, watch: again, place, about: '' }));
    return { weights, state: again.state() };
  };

  it.each(['onnx', 'reference'] as const)(
    'ends with the best weights and no later, on %s',
    async (backend) => {
      await withEngine(backend, async (engine) => {
        const training = problem(engine);
        const at: number[] = [];
        const done: number[] = [];
        const watch = watching(at);
        const onStep: Training['onStep'] = ({ step }) => void done.push(step);
        const kept = await trainResumably({
          training: { ...training, onStep },
          watch,
          place: memory(),
          about: '',
        });
        expect(at).toEqual([0, 2, 4, 6, 8]);
        expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
        let fourth: unknown;
        await trainResumably({
          training,
          watch: {
            ...watching(),
            ends: async (step, read) => {
              if (step === 4) fourth = await read();
              return false;
            },
          },
          place: memory(),
          about: '',
        });
        const { w, b } = fourth as Record<'w' | 'b', { readonly data: Float32Array }>;
        expect(await numbers(kept)).toEqual({ w: [...w.data], b: [...b.data] });
      });
    },
  );

  it('and stopped ends with the same bits, wherever it was stopped', async () => {
    await withEngine('onnx', async (engine) => {
      const training = problem(engine);
      const watch = watching();
      const weights = await numbers(await trainResumably({ training, watch, place: memory(), about: '' }));
      const expected = { weights, state: watch.state() };
      for (const at of [1, 2, 3, 4, 5, 7, 8])
        expect(await interruptedWatch(training, at, 'step')).toEqual(expected);
      for (const at of [2, 4, 6, 8])
        expect(await interruptedWatch(training, at, 'measurement')).toEqual(expected);
    });
  });

  it('measures the last step, and keeps it where it is the best', async () => {
    await withEngine('onnx', async (engine) => {
      const training = problem(engine);
      const measure = async (_: unknown, step: number) => ({ loss: -step, accuracy: 0 });
      const watch = bestWeights({ every: 4, patience: 1, steps, measure });
      const kept = await numbers(await trainResumably({ training, watch, place: memory(), about: '' }));
      expect(watch.state().measured.map(({ step }) => step)).toEqual([0, 4, 8, 9]);
      expect(kept).toEqual(await numbers(await train(training)));
    });
  });
});

describe('checkpoints are written', () => {
  it('at intervals, and so that writing takes a small share of the time', async () => {
    await withEngine('onnx', async (engine) => {
      let time = 0;
      const savedAt: number[] = [];
      const place: CheckpointPlace = {
        every: 10,
        load: async () => undefined,
        save: async () => {
          savedAt.push(time);
          time += 1000; // a slow disk: no more than every 20 s
        },
      };
      const onStep = (): void => void (time += 4000);
      const schedule = { curve: 'constant', warmupSteps: 0, steps: 20 } as const;
      await trainResumably({
        training: problem(engine, { onStep, schedule }),
        place,
        about: '',
        now: () => time,
      });
      expect(savedAt).toEqual([12_000, 33_000, 54_000, 75_000, 84_000]); // the last one at the end
    });
  });
});

describe('a checkpoint as a file', () => {
  const identity: TrainingIdentity = {
    ...{ about: 'test', rate: 0.1, clip: undefined, accumulate: 1, dropoutRate: 0, dropoutSeed: 1 },
    schedule: { curve: 'constant', warmupSteps: 0, steps: 10 },
  };
  const tensor = (...data: readonly number[]) =>
    ({ type: 'float32', data: Float32Array.from(data), shape: [data.length] }) as const;
  const state: TrainingState = {
    step: 3,
    parameters: { w: tensor(1, -0, 1e-45) },
    state: { 'mean w': tensor(0.1, 2, 3) },
  };
  const losses = [1 / 3, 1e-300, 2];
  const shapes = { parameters: { w: [3] }, state: { 'mean w': [3] } };
  const bytes = Buffer.concat(writeCheckpoint(state, losses, identity));

  it('gives back what was written, to the bit', () => {
    const read = readCheckpoint(bytes, identity, shapes);
    expect(read).toEqual({ state: 'whole', training: state, losses, watched: { measured: [] } });
  });

  it('gives back what was measured, and the best weights', () => {
    const watched = {
      measured: [
        { step: 0, loss: 1 / 3, accuracy: 0.5 },
        { step: 2, loss: 0.1, accuracy: 1 },
      ],
      best: { w: tensor(3, 2, 1e-45) },
    };
    const whole = Buffer.concat(writeCheckpoint(state, losses, identity, watched));
    const read = readCheckpoint(whole, identity, shapes);
    expect(read).toEqual({ state: 'whole', training: state, losses, watched });
    const without = Buffer.concat(writeCheckpoint(state, losses, identity, { ...watched, best: {} }));
    expect(readCheckpoint(without, identity, shapes).state).toBe('foreign');
  });

  it('is refused where shapes or names are others, or a step is that cannot be', () => {
    const stateOf = (...args: Parameters<typeof readCheckpoint>) => readCheckpoint(...args).state;
    expect(stateOf(bytes, identity, { ...shapes, parameters: { w: [4] } })).toBe('foreign');
    expect(stateOf(bytes, identity, { ...shapes, parameters: { v: [3] } })).toBe('foreign');
    expect(stateOf(bytes, identity, { ...shapes, state: {} })).toBe('foreign');
    const late = Buffer.concat(writeCheckpoint({ ...state, step: 11 }, losses, identity));
    expect(stateOf(late, identity, shapes)).toBe('damaged');
    const less = Buffer.concat(writeCheckpoint(state, [1, 2], identity));
    expect(stateOf(less, identity, shapes)).toBe('damaged');
  });
});
