// What training makes of the ways to cut rows into batches: the same weights, in few graphs, without holding on to anything.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { train } from '../../../src/learning/training/train.ts';
import type { Training } from '../../../src/learning/training/train.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { mixedTexts, small, textTraining, type TextTraining } from './text-training.ts';

const tokens = mixedTexts(40, small.vocabulary);
const single = tokens.map((_, text) => [text]);
/** Pairs of few texts, so that they recur. */
const random = createRandom('pairs');
const pairs = Array.from({ length: 60 }, () => [random.below(12), random.below(12)]);
const base: TextTraining = {
  ...{ sizes: small, tokens, rows: single, steps: 12, seed: 5 },
  grouping: { by: 'rows', rows: 10 },
};

async function weightsOf(engine: Engine, settings: Partial<TextTraining>, rest?: Partial<Training>) {
  const training = textTraining(engine, { ...base, ...settings }, rest);
  const trained = await train(training);
  const read = Object.entries(trained).map(async ([name, t]) => [name, Array.from(await t.data())] as const);
  const weights = Object.fromEntries(await Promise.all(read));
  tf.dispose([{ ...trained }, { ...training.parameters }]);
  return weights;
}

/** The greatest difference of any two numbers of the same place. */
function distance(a: Record<string, number[]>, b: Record<string, number[]>): number {
  return Math.max(
    ...Object.entries(a).flatMap(([name, numbers]) =>
      numbers.map((value, i) => Math.abs(value - (b[name]?.[i] ?? NaN))),
    ),
  );
}

describe('the same weights', () => {
  // The rate is 1e-3, so weights move by up to 1e-2 in twelve steps: differences of rounding stay far below.
  const tolerance = 2e-4;

  it.each<[string, Partial<TextTraining>, Partial<TextTraining>]>([
    ['whether each text of a batch is encoded once', { rows: pairs }, { rows: pairs, distinct: false }],
    ['whether a step is computed in one batch, or in three of like length', {}, { accumulate: 3 }],
    ['whether batches are padded to few shapes or to one', {}, { shapes: 1 }],
  ])('%s', async (_, one, other) => {
    await withEngine('onnx', async (engine) => {
      const first = await weightsOf(engine, one);
      expect(distance(first, await weightsOf(engine, other))).toBeLessThan(tolerance);
      // Other rows in the batches do move the weights.
      expect(distance(first, await weightsOf(engine, { ...one, seed: 6 }))).toBeGreaterThan(5 * tolerance);
    });
  });
});

describe('120 steps over texts of mixed lengths, by tokens, with warm-up, cosine and dropout', () => {
  it('compile at most eight graphs, hold as many tensors at the end as at the start, and give the same bits again, with two threads too', async () => {
    const run = (threads: number) =>
      withEngine(
        'onnx',
        async (engine) => {
          const live: number[] = [];
          const weights = await weightsOf(
            engine,
            { steps: 120, dropoutRate: 0.1, grouping: { by: 'tokens', tokens: 256, window: 20 } },
            { onStep: () => void live.push(tf.memory().numTensors) },
          );
          const { compiled, graphs } = engine.trace();
          expect(graphs).toBe(compiled);
          expect(new Set(live).size).toBe(1);
          return { weights, compiled };
        },
        threads,
      );
    const first = await run(1);
    expect(first.compiled).toBeGreaterThan(1);
    expect(first.compiled).toBeLessThanOrEqual(8);
    expect(await run(2)).toEqual(first);
  });
});

it('a signal in the middle is heeded before the next batch', async () => {
  await withEngine('onnx', async (engine) => {
    const stop = new AbortController();
    let seen = 0;
    const training = textTraining(engine, { ...base, accumulate: 2 }, { signal: stop.signal });
    const batch: Training['batch'] = (index) => {
      seen = index;
      if (index === 5) stop.abort(new Error('stopped'));
      return training.batch(index);
    };
    await expect(train({ ...training, batch })).rejects.toThrow('stopped');
    expect(seen).toBe(5);
    expect(engine.trace().runs).toBe(5);
  });
});
