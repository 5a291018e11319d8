// conv4 and the prototypical loss against PyTorch, and trained.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { conv4, conv4Shapes } from '../../../src/learning/encoders/conv4.ts';
import { crossEntropy } from '../../../src/learning/losses/cross-entropy.ts';
import { prototypicalLogits } from '../../../src/learning/meta/prototypical.ts';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import { tensorIn } from '../../../src/learning/optimizers/optimizer.ts';
import type { Tensors } from '../../../src/learning/optimizers/optimizer.ts';
import { train } from '../../../src/learning/training/train.ts';
import { withEngine } from '../../engine/on-backend.ts';

interface Expected {
  readonly loss: number;
  readonly vectors: readonly number[];
  readonly gradients: Readonly<
    Record<string, { readonly length: number; readonly first: readonly number[] }>
  >;
  readonly losses: readonly number[];
}

const file = new URL('../../fixtures/conv4/expected.json', import.meta.url);
const theirs = JSON.parse(readFileSync(file, 'utf8')) as Expected;
const shapes = conv4Shapes(1);

it('gives PyTorch’s vectors, loss and gradients', async () => {
  await withEngine('onnx', async () => {
    const pixels = tf.tensor4d(images(1), [20, 28, 28, 1]);
    const names = Object.keys(shapes);
    const vectors = await conv4(weights(), pixels).data();
    theirs.vectors.forEach((x, i) => expect(Math.abs((vectors[i] ?? NaN) - x)).toBeLessThan(1e-4));
    const { value, grads } = tf.valueAndGrads((...tensors) =>
      lossOf(Object.fromEntries(names.map((name, i) => [name, tensors[i] ?? tf.scalar(NaN)])), pixels),
    )(Object.values(weights()));
    expect((await value.data())[0]).toBeCloseTo(theirs.loss, 4);
    for (const [i, name] of names.entries()) {
      const gradient = (await grads[i]?.data()) ?? new Float32Array();
      const { length, first } = theirs.gradients[name] ?? { length: NaN, first: [] };
      expect(Math.abs(Math.hypot(...gradient) - length)).toBeLessThan(1e-4 * Math.max(1, length));
      const apart = Math.max(1, Math.floor(gradient.length / 24));
      first.forEach((x, k) => {
        expect(Math.abs((gradient[k * apart] ?? NaN) - x)).toBeLessThan(1e-4 * Math.max(1, length));
      });
    }
  });
});

it('loses in 20 steps of training what PyTorch’s loses, as far as rounding lets both go together', async () => {
  const losses: number[] = [];
  await withEngine('onnx', async (engine) => {
    const group = { rateFactor: 1, weightDecay: 0 };
    const trained = await train({
      engine,
      parameters: weights(),
      batch: (step) => ({ pixels: { type: 'float32', shape: [20, 28, 28, 1], data: images(step) } }),
      loss: (weights, batch) => lossOf(weights, tensorIn(batch, 'pixels')),
      dropoutSeed: 0,
      optimizer: adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: false, groupOf: () => group }),
      rate: 1e-3,
      schedule: { curve: 'constant', warmupSteps: 0, steps: 20 },
      signal: new AbortController().signal,
      onStep: ({ loss }) => void losses.push(loss),
    });
    tf.dispose(Object.values(trained));
    expect(engine.trace().compiled).toBe(1);
  });
  expect(losses).toHaveLength(20);
  losses.forEach((loss, i) => {
    // Adam's first steps have the length of the rate whatever the gradient is, so that rounding grows from step to step.
    expect(Math.abs(loss - (theirs.losses[i] ?? NaN))).toBeLessThan(i < 4 ? 1e-3 : 0.1);
  });
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 4);
});

function lossOf(weights: Tensors, pixels: tf.Tensor): tf.Scalar {
  const vectors = conv4(weights, pixels);
  const targets = tf.oneHot(tf.tensor1d([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], 'int32'), 5, 1, 0, 'float32');
  const [support, queries] = [tf.slice(vectors, 0, 10), tf.slice(vectors, 10, 10)];
  return crossEntropy(prototypicalLogits(support, queries, 5), targets) as tf.Scalar;
}

/** As test/fixtures/conv4/make.py makes them. */
function weights(): Record<string, tf.Tensor> {
  const made = Object.entries(shapes).map(([name, shape]): [string, tf.Tensor] => {
    const block = Number(name[0]);
    const count = shape.reduce((product, size) => product * size, 1);
    const numbers = (seed: number, scale: number, more = 0): tf.Tensor =>
      tf.tensor(wave(count, seed).map((x) => more + x * scale), [...shape]); // prettier-ignore
    if (name.endsWith('filter')) return [name, numbers(block + 1, Math.sqrt(2 / (9 * (shape[2] ?? 1))))];
    if (name.endsWith('bias')) return [name, numbers(block + 11, 0.1)];
    return [name, name.endsWith('gamma') ? numbers(block + 21, 0.2, 1) : numbers(block + 31, 0.2)];
  });
  return Object.fromEntries(made);
}

function images(step: number): Float32Array {
  return Float32Array.from(wave(20 * 28 * 28, 100 + step));
}

function wave(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(i * i * 0.37 + i * 12.9898 + seed * 78.233));
}
