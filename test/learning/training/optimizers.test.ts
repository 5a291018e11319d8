// Optimizers, clipping and schedules against PyTorch and transformers: the same small problem, step by step.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, test } from 'vitest';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import type { Optimizer } from '../../../src/learning/optimizers/optimizer.ts';
import { scheduleFactor } from '../../../src/learning/optimizers/schedule.ts';
import { sgd } from '../../../src/learning/optimizers/sgd.ts';
import { train } from '../../../src/learning/training/train.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { expected, wave } from './fixture.ts';

const decayed = { rateFactor: 1, weightDecay: 0.1 };
const plain = { rateFactor: 0.5, weightDecay: 0 };
const groupOf = (name: string): typeof plain => (name === 'w' ? decayed : plain);
const adamNumbers = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: false, groupOf };

const optimizers: readonly (readonly [name: string, optimizer: Optimizer])[] = [
  ['sgd', sgd({ momentum: 0.9, nesterov: false, groupOf })],
  ['sgd plain', sgd({ momentum: 0, nesterov: false, groupOf })],
  ['sgd nesterov', sgd({ momentum: 0.9, nesterov: true, groupOf })],
  ['adam', adam(adamNumbers)],
  ['adamw', adam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-6, decoupled: true, groupOf })],
];

/** Eight steps of what make.py does. */
async function weights(optimizer: Optimizer, clip: number | undefined, backend: 'onnx' | 'reference') {
  return withEngine(backend, async (engine) => {
    const start = { w: tf.tensor2d(wave(12, 0), [4, 3]), b: tf.tensor1d(wave(3, 2)) };
    const trained = await train({
      engine,
      parameters: start,
      batch: () => ({}),
      dropoutSeed: 1,
      loss: ({ w = tf.scalar(NaN), b = tf.scalar(NaN) }) => {
        const x = tf.tensor2d(wave(20, 1), [5, 4]);
        const y = tf.tensor2d(wave(15, 3), [5, 3]);
        return tf.sum(tf.square(tf.sub(tf.add(tf.matMul(x, w), b), y)));
      },
      optimizer,
      rate: 0.05,
      schedule: { curve: 'linear', warmupSteps: 2, steps: 8 },
      clip,
      signal: new AbortController().signal,
    });
    return {
      w: Array.from((await trained['w']?.data()) ?? []),
      b: Array.from((await trained['b']?.data()) ?? []),
      trace: engine.trace(),
    };
  });
}

describe.each([undefined, 0.5])('with gradients clipped to %s', (clip) => {
  test.each(optimizers)('%s', async (name, optimizer) => {
    const wanted = expected.optimizers[clip === undefined ? name : `${name} clipped`];
    for (const backend of ['onnx', 'reference'] as const) {
      const { w, b, trace } = await weights(optimizer, clip, backend);
      expect(w).toHaveLength(12);
      w.forEach((value, i) => expect(value).toBeCloseTo(wanted?.w[i] ?? NaN, 4));
      b.forEach((value, i) => expect(value).toBeCloseTo(wanted?.b[i] ?? NaN, 4));
      if (backend === 'onnx') expect(trace).toMatchObject({ compiled: 1, runs: 8, graphs: 1 });
    }
  });
});

describe('schedules', () => {
  it.each(['constant', 'linear', 'cosine'] as const)('%s', (curve) => {
    for (const warmupSteps of [0, 3]) {
      const rates = expected.schedules[`${curve} ${warmupSteps}`] ?? [];
      expect(rates).toHaveLength(12);
      rates.forEach((rate, done) => {
        // transformers' cosine goes up again after the last step.
        if (curve === 'cosine' && done > 10) return;
        expect(scheduleFactor({ curve, warmupSteps, steps: 10 }, done + 1)).toBeCloseTo(rate, 6);
      });
    }
  });
});
