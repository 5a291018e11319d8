// What stays on the device over the steps of a training, and that all of it is freed. Runs under `npm run check:webgpu` alone.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adam } from '../../src/learning/optimizers/adam.ts';
import { train } from '../../src/learning/training/train.ts';
import { wave } from '../learning/training/fixture.ts';
import { testedInstead, withEngine } from './on-backend.ts';

const size = 64;
const bytes = size * size * 4;
const plain = { rateFactor: 1, weightDecay: 0 };

describe.skipIf(testedInstead !== 'webgpu')('memory of the device', () => {
  it('holds results until they are disposed, and reads them back', async () => {
    await withEngine('onnx', async (engine) => {
      const x = tf.fill([size, size], 2);
      const square = tf.square(x);
      expect(engine.trace().deviceBytes).toBe(0);
      expect((await square.data())[17]).toBe(4);
      const held = engine.trace().deviceBytes;
      expect(held).toBeGreaterThanOrEqual(bytes);
      const cube = tf.mul(square, x);
      tf.dispose([x, square]);
      expect((await cube.data())[17]).toBe(8);
      expect(engine.trace().deviceBytes).toBe(bytes);
      cube.dispose();
      const last = tf.add(tf.scalar(1), 1);
      await last.data();
      expect(engine.trace().deviceBytes).toBe(4);
    });
  });

  it('gives numbers of a computed tensor in another shape', async () => {
    await withEngine('onnx', async () => {
      const sums = tf.add(tf.tensor1d([1, 2, 3, 4]), 1);
      await sums.data();
      const rows = tf.sum(tf.reshape(sums, [2, 2]), 1);
      expect([...(await rows.data())]).toEqual([5, 9]);
    });
  });

  it.each([1, 3])(
    'is the same after forty steps as after two, with %i batches a step',
    async (accumulate) => {
      const losses = new Map<string, number[]>();
      for (const backend of ['onnx', 'reference'] as const) {
        await withEngine(backend, async (engine) => {
          const held: number[] = [];
          const told: number[] = [];
          const trained = await train({
            engine,
            parameters: { w: tf.tensor2d(wave(size * size, 0), [size, size]) },
            frozen: { b: tf.tensor1d(wave(size, 1)) },
            batch: (index) => ({
              x: { type: 'float32', data: Float32Array.from(wave(4 * size, index)), shape: [4, size] },
            }),
            loss: ({ w = tf.scalar(NaN), b = tf.scalar(NaN) }, { x = tf.scalar(NaN) }, dropout) =>
              tf.mean(tf.square(tf.sub(tf.add(tf.matMul(dropout(x), w), b), x))),
            dropoutRate: 0.1,
            dropoutSeed: 3,
            optimizer: adam({
              beta1: 0.9,
              beta2: 0.999,
              epsilon: 1e-8,
              decoupled: true,
              groupOf: () => plain,
            }),
            rate: 0.01,
            schedule: { curve: 'linear', warmupSteps: 4, steps: 40 },
            clip: 1,
            accumulate,
            signal: new AbortController().signal,
            onStep: ({ loss }) => {
              held.push(engine.trace().deviceBytes);
              told.push(loss);
            },
            checkpoint: async (step, read) => {
              if (step === 40) expect(Object.keys((await read()).state)).toEqual(['mean w', 'square w']);
            },
          });
          losses.set(backend, [...told, ...((await trained['w']?.data()) ?? [])]);
          if (backend === 'reference') return;
          expect(held.at(-1)).toBe(held[1]);
          expect(engine.trace().mostDeviceBytes).toBeLessThanOrEqual(8 * bytes);
          tf.dispose({ ...trained });
          await tf.add(1, 1).data();
          expect(engine.trace().deviceBytes).toBeLessThan(bytes);
        });
      }
      const [there = [], here = []] = [losses.get('onnx'), losses.get('reference')];
      expect(there).toHaveLength(40 + size * size);
      there.forEach((value, i) => expect(value).toBeCloseTo(here[i] ?? NaN, 4));
    },
  );
});
