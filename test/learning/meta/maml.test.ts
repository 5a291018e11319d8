// MAML against PyTorch, and its second derivatives against differences.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { mamlLoss } from '../../../src/learning/meta/maml.ts';
import { perceptronShapes, squaredError } from '../../../src/learning/meta/perceptron.ts';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import { tensorIn } from '../../../src/learning/optimizers/optimizer.ts';
import type { Tensors } from '../../../src/learning/optimizers/optimizer.ts';
import { train } from '../../../src/learning/training/train.ts';
import type { Batch, HostTensor } from '../../../src/learning/training/train.ts';
import { withEngine } from '../../engine/on-backend.ts';

const shapes = perceptronShapes([1, 40, 40, 1]);
const [tasks, points, step] = [5, 10, 0.01];

describe('the first 20 meta-steps lose what PyTorch’s lose', () => {
  const file = new URL('../../fixtures/maml/losses.json', import.meta.url);
  const theirs = JSON.parse(readFileSync(file, 'utf8')) as Record<'order1' | 'order2', number[]>;
  it.each([1, 2] as const)('of order %i', async (order) => {
    const losses: number[] = [];
    await withEngine('onnx', async (engine) => {
      const group = { rateFactor: 1, weightDecay: 0 };
      const trained = await train({
        engine,
        parameters: weights(),
        batch: sines,
        loss: (weights, batch) => metaLoss(weights, batch, order),
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
    const expected = theirs[`order${order}`];
    expect(losses).toHaveLength(20);
    losses.forEach((loss, i) => expect(Math.abs(loss - (expected[i] ?? NaN))).toBeLessThan(1e-3));
  });
  it('and both orders differ by more', () => {
    const gaps = theirs.order1.map((loss, i) => Math.abs(loss - (theirs.order2[i] ?? NaN)));
    expect(Math.max(...gaps)).toBeGreaterThan(5e-3);
  });
});

describe.each(['onnx', 'reference'] as const)('on %s', (backend) => {
  it('products of the Hessian of a task’s loss with a vector are those of differences', async () => {
    await withEngine(backend, async () => {
      const data = tensorsOf(sines(1));
      const one = (name: string): tf.Tensor => tf.slice(tensorIn(data, name), 0, 1);
      const loss = (weights: Tensors): tf.Tensor =>
        tf.sum(smooth(lifted(weights), { x: one('supportX'), y: one('supportY') }));
      await hessianProducts(loss);
    });
  });

  it('products of the Hessian of the meta-loss with a vector are those of differences', async () => {
    await withEngine(backend, async () => {
      const data = tensorsOf(sines(2));
      await hessianProducts((weights) => metaLoss(weights, data, 2, smooth));
    });
  });

  it('the meta-gradient is that of differences', async () => {
    await withEngine(backend, async () => {
      const data = tensorsOf(sines(3));
      const loss = (weights: Tensors): tf.Tensor => metaLoss(weights, data, 2, smooth);
      const [slope, difference] = await alongVector(loss);
      expect(Math.abs(slope - difference)).toBeLessThan(1e-3 * Math.max(1, Math.abs(slope)));
    });
  });
});

/** Differences need a net without kinks; that of PyTorch's losses has them. */
const smooth: typeof squaredError = (weights, data) => squaredError(weights, data, tf.tanh);

/** H v, and the difference of gradients along v, number by number. */
async function hessianProducts(loss: (weights: Tensors) => tf.Tensor): Promise<void> {
  const [start, v] = [Object.values(weights()), Object.values(direction())];
  const f = (...xs: tf.Tensor[]): tf.Tensor => loss(named(xs));
  const slopes = tf.grads(f);
  const dotted = (...xs: tf.Tensor[]): tf.Tensor =>
    tf.addN(slopes(xs).map((slope, i) => tf.sum(tf.mul(slope, v[i] ?? tf.scalar(NaN)))));
  const exact = await numbers(tf.grads(dotted)(start));
  const h = 1 / 1024;
  const at = (side: number): tf.Tensor[] =>
    slopes(start.map((x, i) => tf.add(x, tf.mul(v[i] ?? tf.scalar(NaN), side * h))));
  const [up, down] = [await numbers(at(1)), await numbers(at(-1))];
  const scale = Math.max(...exact.map(Math.abs));
  expect(scale).toBeGreaterThan(0.1);
  exact.forEach((x, i) => {
    const difference = ((up[i] ?? NaN) - (down[i] ?? NaN)) / (2 * h);
    expect(Math.abs(x - difference)).toBeLessThan(1e-3 * Math.max(1, scale));
  });
}

async function alongVector(loss: (weights: Tensors) => tf.Tensor): Promise<readonly [number, number]> {
  const [start, v] = [Object.values(weights()), Object.values(direction())];
  const f = (...xs: tf.Tensor[]): tf.Tensor => loss(named(xs));
  const slope = tf.addN(
    tf
      .grads(f)(start)
      .map((g, i) => tf.sum(tf.mul(g, v[i] ?? tf.scalar(NaN)))),
  );
  const h = 1 / 256;
  const at = (side: number): tf.Tensor =>
    f(...start.map((x, i) => tf.add(x, tf.mul(v[i] ?? tf.scalar(NaN), side * h))));
  const [exact = NaN, up = NaN, down = NaN] = await numbers([slope, at(1), at(-1)]);
  return [exact, (up - down) / (2 * h)];
}

async function numbers(tensors: readonly tf.Tensor[]): Promise<number[]> {
  const all: number[] = [];
  for (const tensor of tensors) all.push(...(await tensor.data()));
  return all;
}

function metaLoss(weights: Tensors, batch: Tensors, order: 1 | 2, loss = squaredError): tf.Tensor {
  const part = (name: string): Tensors => ({
    x: tensorIn(batch, `${name}X`),
    y: tensorIn(batch, `${name}Y`),
  });
  const data = { count: tasks, support: part('support'), query: part('query') };
  return mamlLoss(weights, data, (now, given) => loss(now, given), { steps: 1, rate: step, order });
}

/** As test/fixtures/maml/make.py makes them. */
function weights(): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const layer = Number(name.slice(1));
      const scale = name.startsWith('w') ? 1.4 / Math.sqrt(Math.max(shape[0] ?? 1, 4)) : 0.3;
      const seed = name.startsWith('w') ? layer + 1 : layer + 11;
      return [
        name,
        tf.tensor(
          wave(sizeOf(shape), seed).map((x) => x * scale),
          [...shape],
        ),
      ];
    }),
  );
}

function direction(): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [
      name,
      tf.tensor(wave(sizeOf(shape), 40 + i), [...shape]),
    ]),
  );
}

function sines(index: number): Batch {
  const amplitude = wave(tasks, 100 + index).map((x) => 2.55 + 2.45 * x);
  const phase = wave(tasks, 200 + index).map((x) => ((x + 1) * Math.PI) / 2);
  const x = wave(tasks * 2 * points, 300 + index).map((place) => 5 * place);
  const y = x.map((place, i) => {
    const task = Math.floor(i / (2 * points));
    return (amplitude[task] ?? NaN) * Math.sin(place - (phase[task] ?? NaN));
  });
  const half = (all: readonly number[], query: boolean): HostTensor => ({
    type: 'float32',
    shape: [tasks, points, 1],
    data: Float32Array.from(all.filter((_, i) => i % (2 * points) >= points === query)),
  });
  return {
    supportX: half(x, false),
    supportY: half(y, false),
    queryX: half(x, true),
    queryY: half(y, true),
  };
}

function wave(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233));
}

function tensorsOf(batch: Batch): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(batch).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
  );
}

function named(xs: readonly tf.Tensor[]): Tensors {
  return Object.fromEntries(Object.keys(shapes).map((name, i) => [name, xs[i] ?? tf.scalar(NaN)]));
}

/** For one task. */
function lifted(weights: Tensors): Tensors {
  return Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, tf.expandDims(w, 0)]));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
