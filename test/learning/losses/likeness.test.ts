// The loss of pairs that are alike in part, and its gradient, against PyTorch pair by pair (test/fixtures/losses/make.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/learning/random.ts';
import { contrastive } from '../../../src/learning/training/contrastive.ts';
import { contrastiveSets, likenessOf } from '../../../src/learning/training/contrastive-sets.ts';
import type { Objective } from '../../../src/learning/training/tune-net.ts';
import { compute, withEngine } from '../../engine/on-backend.ts';

interface Case {
  readonly sets: readonly (readonly number[])[];
  readonly value: number;
  readonly gradient: readonly (readonly number[])[];
}

const width = 5;
const file = join(import.meta.dirname, '../../fixtures/losses/likeness.json');
const cases = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Case>>; // written by make.py
const settings = { size: 100, random: createRandom(0) };
const textsOf = (sets: readonly unknown[]): string[] => sets.map((_, i) => `text ${i}`);

/** Value and gradient by the vectors of make.py, with room for two more. */
async function derived(objective: Objective, texts: number): Promise<[number, readonly number[]]> {
  const room = texts + 2;
  const [members = []] = objective.plan(1);
  const numbers = Array.from({ length: room * width }, (_, k) => {
    const [i, j] = [Math.floor(k / width), k % width];
    return i < texts ? Math.sin(1 + i * i * 0.7 + 1.3 * j) : 0;
  });
  const [value, gradient] = await withEngine('onnx', () =>
    compute(() => {
      const inputs = Object.entries(objective.inputs(members, room));
      const tensors = Object.fromEntries(
        inputs.map(([key, { data, shape, type }]) => [key, tf.tensor(data, [...shape], type)]),
      );
      const { value, grad } = tf.valueAndGrad((v) => objective.loss(v as tf.Tensor2D, tensors))(
        tf.tensor2d(numbers, [room, width]),
      );
      return [value, grad];
    }),
  );
  return [value?.values[0] ?? NaN, gradient?.values ?? []];
}

describe('the loss of pairs that are alike in part', () => {
  it.each(Object.entries(cases))('is what PyTorch computes: %s', async (_, { sets, value, gradient }) => {
    const [own, by] = await derived(contrastiveSets({ texts: textsOf(sets), sets }, settings), sets.length);
    expect(Math.abs(own - value)).toBeLessThan(2e-5);
    const wanted = [...gradient.flat(), ...new Array<number>(2 * width).fill(0)];
    expect(by).toHaveLength(wanted.length);
    by.forEach((number, i) => expect(Math.abs(number - (wanted[i] ?? NaN))).toBeLessThan(2e-5));
  });

  it('is that of `cosine` where every text has one label', async () => {
    const labels = [0, 1, 0, 2, 1, 0];
    const texts = textsOf(labels);
    const one = contrastive({ texts, labels }, { ...settings, loss: 'cosine' });
    const sets = contrastiveSets({ texts, sets: labels.map((label) => [label]) }, settings);
    expect(await derived(sets, 6)).toEqual(await derived(one, 6));
  });
});

it('texts are as alike as they share labels', () => {
  expect(likenessOf([1, 2], [2, 3])).toBe(1 / 3);
  expect(likenessOf([1], [1])).toBe(1);
  expect(likenessOf([1], [])).toBe(0);
  expect(likenessOf([], [])).toBeUndefined();
});

it('a batch has company for the texts of a rare label', () => {
  // Label 9 is beside the frequent label 0, in two texts of forty.
  const sets = Array.from({ length: 40 }, (_, i) => (i === 3 || i === 30 ? [0, 9] : [0]));
  const objective = contrastiveSets({ texts: textsOf(sets), sets }, { ...settings, size: 10 });
  expect(objective.stepsAPass).toBe(4);
  for (const members of objective.plan(40)) expect(members.includes(3)).toBe(members.includes(30));
});
