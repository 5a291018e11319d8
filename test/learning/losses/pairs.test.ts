// Losses over pairs, and their gradients, against PyTorch pair by pair (test/fixtures/losses/make.py); a text without pairs, and padding.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { contrastive, pairLosses } from '../../../src/learning/training/contrastive.ts';
import type { PairLossName } from '../../../src/learning/training/contrastive.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { compute, withEngine } from '../../engine/on-backend.ts';

interface Case {
  readonly labels: readonly number[];
  readonly losses: Readonly<
    Record<PairLossName, { readonly value: number; readonly gradient: readonly (readonly number[])[] }>
  >;
}

const width = 5;
const file = join(import.meta.dirname, '../../fixtures/losses/expected.json');
const cases = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Case>>; // written by make.py
const names = Object.keys(pairLosses) as readonly PairLossName[]; // keys of a literal

/** Value and gradient by vectors that are followed by as many rows of zeros as there is more room. */
async function derived(
  name: PairLossName,
  labels: readonly number[],
  { room = labels.length, texts = labels.map((_, i) => `text ${i}`) } = {},
): Promise<{ value: number; gradient: readonly number[] }> {
  const objective = contrastive({ texts, labels }, { loss: name, size: 100, random: createRandom(0) });
  const [members = []] = objective.plan(1);
  const pairs = objective.inputs(members, room);
  const numbers = Array.from({ length: room * width }, (_, k) => {
    const [i, j] = [Math.floor(k / width), k % width];
    return i < labels.length ? Math.sin(1 + i * i * 0.7 + 1.3 * j) : 0;
  });
  const [value, gradient] = await withEngine('onnx', () =>
    compute(() => {
      const tensors = Object.fromEntries(
        Object.entries(pairs).map(([key, { data, shape, type }]) => [key, tf.tensor(data, [...shape], type)]),
      );
      const { value, grad } = tf.valueAndGrad((v) => objective.loss(v as tf.Tensor2D, tensors))(
        tf.tensor2d(numbers, [room, width]),
      );
      return [value, grad];
    }),
  );
  return { value: value?.values[0] ?? NaN, gradient: gradient?.values ?? [] };
}

function near(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual).toHaveLength(wanted.length);
  actual.forEach((value, i) => expect(Math.abs(value - (wanted[i] ?? NaN))).toBeLessThan(2e-5));
}

describe.each(names)('%s', (name) => {
  it.each(Object.entries(cases))('is what PyTorch computes: %s', async (_, { labels, losses }) => {
    const wanted = losses[name];
    const { value, gradient } = await derived(name, labels);
    near([value], [wanted.value]);
    near(gradient, wanted.gradient.flat());
  });

  it('is the same with room for more texts, whose gradient is 0', async () => {
    const labels = [0, 1, 0, 2, 1, 0];
    const tight = await derived(name, labels);
    const wide = await derived(name, labels, { room: 9 });
    near([wide.value], [tight.value]);
    near(wide.gradient, [...tight.gradient, ...new Array<number>(3 * width).fill(0)]);
  });

  it('compares no text with one that reads the same', async () => {
    const alone = await derived(name, [0, 0], { texts: ['same', 'same'] });
    near([alone.value], [0]);
    near(alone.gradient, new Array<number>(2 * width).fill(0));
  });
});
