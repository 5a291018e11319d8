// MAML, ANIL and Reptile on conv4 against PyTorch: loss and gradient of a meta-step; and the gradient along a line against differences.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { conv4Shapes } from '../../../src/learning/encoders/conv4.ts';
import { adaptingLoss, type Adapting, type Net } from '../../../src/learning/meta/learner.ts';
import { batchNorm } from '../../../src/learning/layers/batch-norm.ts';
import { tensorIn, type Tensors } from '../../../src/learning/optimizers/optimizer.ts';
import { withEngine } from '../../engine/on-backend.ts';

interface Expected {
  readonly loss: number;
  readonly gradients: Readonly<
    Record<string, { readonly length: number; readonly first: readonly number[] }>
  >;
}

const shape = { ways: 3, shots: 2, queries: 4 };
const shapes: Readonly<Record<string, readonly number[]>> = {
  ...conv4Shapes(1),
  'head.weight': [64, shape.ways],
  'head.bias': [shape.ways],
};
const names = Object.keys(shapes);
const methods: Readonly<Record<string, Adapting>> = {
  maml1: { name: 'maml', steps: 2, rate: 0.1, order: 1 },
  maml2: { name: 'maml', steps: 2, rate: 0.1, order: 2 },
  anil1: { name: 'anil', steps: 2, rate: 0.1, order: 1 },
  anil2: { name: 'anil', steps: 2, rate: 0.1, order: 2 },
  reptile: { name: 'reptile', steps: 3, rate: 0.1, order: 1 },
};

describe('a meta-step has PyTorch’s loss and gradient', () => {
  const file = new URL('../../fixtures/adapting/expected.json', import.meta.url);
  const theirs = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Expected>>;
  it.each(Object.entries(methods))('%s', async (name, adapting) => {
    const { loss, gradients } = theirs[name] ?? { loss: NaN, gradients: {} };
    const own = await withEngine('onnx', async () => slopes(adapting));
    expect(Math.abs(own.loss - loss)).toBeLessThan(1e-3);
    for (const [at, weight] of names.entries()) {
      const gradient = own.gradients[at] ?? [];
      const { length, first } = gradients[weight] ?? { length: NaN, first: [] };
      expect(Math.abs(Math.hypot(...gradient) - length)).toBeLessThan(1e-3 * Math.max(1, length));
      const apart = Math.max(1, Math.floor(gradient.length / 16));
      first.forEach((x, k) => expect(Math.abs((gradient[k * apart] ?? NaN) - x)).toBeLessThan(1e-3));
    }
  });
  it('and both orders differ by more', () => {
    for (const method of ['maml', 'anil']) {
      const lengths = [1, 2].map(
        (order) => theirs[`${method}${order}`]?.gradients['3.filter']?.length ?? NaN,
      ) as [number, number];
      expect(Math.abs(lengths[0] - lengths[1])).toBeGreaterThan(0.01);
    }
  });
});

describe.each(['maml', 'anil'] as const)('%s', (name) => {
  it('has of order 2 the gradient of differences, and of order 1 another', async () => {
    await withEngine('onnx', async () => {
      const start = smoothWeights();
      const loss = (own: readonly tf.Tensor[], order: 1 | 2): tf.Scalar =>
        lossOf(
          Object.fromEntries(Object.keys(start).map((key, i) => [key, own[i] ?? tf.scalar(NaN)])),
          { name, steps: 2, rate: 0.2, order },
          smooth,
        ) as tf.Scalar;
      const at = Object.values(start);
      const [second, first] = ([2, 1] as const).map((order) =>
        tf.grads((...own) => loss(own, order))(at),
      ) as [tf.Tensor[], tf.Tensor[]];
      const length = tf.sqrt(tf.addN(second.map((g) => tf.sum(tf.square(g)))));
      const direction = second.map((g) => tf.div(g, length));
      const along = (gradients: readonly tf.Tensor[]): tf.Tensor =>
        tf.addN(gradients.map((g, i) => tf.sum(tf.mul(g, direction[i] ?? tf.scalar(NaN)))));
      const h = 1 / 128;
      const moved = (side: number): tf.Tensor =>
        loss(
          at.map((x, i) => tf.add(x, tf.mul(direction[i] ?? tf.scalar(NaN), side * h))),
          2,
        );
      const [exact = NaN, other = NaN, up = NaN, down = NaN] = await tf
        .stack([along(second), along(first), moved(1), moved(-1)])
        .data();
      const difference = (up - down) / (2 * h);
      expect(Math.abs(exact / difference - 1)).toBeLessThan(2e-3);
      expect(Math.abs(other / difference - 1)).toBeGreaterThan(0.01);
    });
  });
});

/** Differences need a net without kinks. */
function smooth(own: Tensors, images: tf.Tensor): tf.Tensor {
  let x = images as tf.Tensor4D;
  for (const block of [0, 1]) {
    const named = (name: string): tf.Tensor => tensorIn(own, `${block}.${name}`);
    const seen = tf.conv2d(x, named('filter') as tf.Tensor4D, 1, 'same');
    x = tf.tanh(
      tf.avgPool(batchNorm(seen, named('gamma'), named('beta'), 1e-5) as tf.Tensor4D, 4, 4, 'same'),
    );
  }
  return tf.reshape(x, [images.shape[0] ?? 1, -1]);
}

function smoothWeights(): Record<string, tf.Tensor> {
  const made = (size: number[], seed: number, scale: number, more = 0): tf.Tensor =>
    tf.tensor(wave(size.reduce((a, b) => a * b, 1), seed).map((x) => more + scale * x), size); // prettier-ignore
  return {
    '0.filter': made([3, 3, 1, 6], 1, 0.5),
    '0.gamma': made([6], 2, 0.2, 1),
    '0.beta': made([6], 3, 0.2),
    '1.filter': made([3, 3, 6, 6], 4, 0.3),
    '1.gamma': made([6], 5, 0.2, 1),
    '1.beta': made([6], 6, 0.2),
    'head.weight': made([24, shape.ways], 7, 0.3),
    'head.bias': made([shape.ways], 8, 0.1),
  };
}

async function slopes(adapting: Adapting) {
  const { value, grads } = tf.valueAndGrads(
    (...tensors) =>
      lossOf(
        Object.fromEntries(names.map((name, i) => [name, tensors[i] ?? tf.scalar(NaN)])),
        adapting,
      ) as tf.Scalar,
  )(Object.values(weights()));
  const gradients: (readonly number[])[] = [];
  for (const gradient of grads) gradients.push(Array.from(await gradient.data()));
  return { loss: (await value.data())[0] ?? NaN, gradients };
}

function lossOf(own: Tensors, adapting: Adapting, net?: Net): tf.Tensor {
  const targets = tf.oneHot(tf.tensor1d(classes(shape.queries), 'int32'), shape.ways, 1, 0, 'float32');
  return adaptingLoss(own, { images: images(), targets }, shape, adapting, net);
}

/** As test/fixtures/adapting/make.py makes them. */
function weights(): Record<string, tf.Tensor> {
  const made = Object.entries(shapes).map(([name, shape]): [string, tf.Tensor] => {
    const block = Number(name[0]);
    const numbers = (seed: number, scale: number, more = 0): tf.Tensor =>
      tf.tensor(wave(shape.reduce((a, b) => a * b, 1), seed).map((x) => more + x * scale), [...shape]); // prettier-ignore
    if (name === 'head.weight') return [name, numbers(41, 0.125)];
    if (name === 'head.bias') return [name, numbers(42, 0.1)];
    if (name.endsWith('filter')) return [name, numbers(block + 1, Math.sqrt(2 / (9 * (shape[2] ?? 1))))];
    if (name.endsWith('bias')) return [name, numbers(block + 11, 0.1)];
    return [name, name.endsWith('gamma') ? numbers(block + 21, 0.2, 1) : numbers(block + 31, 0.2)];
  });
  return Object.fromEntries(made);
}

function images(): tf.Tensor {
  const of = [...classes(shape.shots), ...classes(shape.queries)];
  const size = 28 * 28;
  const own = wave(of.length * size, 101);
  const shared = Array.from({ length: shape.ways }, (_, way) => wave(size, 201 + way));
  const data = own.map((x, i) => x + 0.5 * (shared[of[Math.floor(i / size)] ?? 0]?.[i % size] ?? NaN));
  return tf.tensor(data, [of.length, 28, 28, 1]);
}

function classes(each: number): number[] {
  return Array.from({ length: shape.ways * each }, (_, i) => Math.floor(i / each));
}

function wave(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(i * i * 0.37 + i * 12.9898 + seed * 78.233));
}
