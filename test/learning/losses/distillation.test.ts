// Losses between student and teacher, and their gradients, against PyTorch (test/fixtures/losses/make-distillation.py); equal ones have none.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  scoreLoss,
  softLabelLoss,
  stateLoss,
  vectorLoss,
} from '../../../src/learning/losses/distillation.ts';
import { compute, withEngine } from '../../engine/on-backend.ts';

interface Case {
  readonly value: number;
  readonly gradient: readonly number[];
}

const file = join(import.meta.dirname, '../../fixtures/losses/distillation.json');
const wanted = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Case>>; // written by make-distillation.py

const [texts, labels, width, tokens, heads, places] = [4, 3, 5, 7, 2, 3] as const;
const lengths = [3, 1, 2, 0];

const wave = (shape: readonly number[], seed: number): tf.Tensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  const numbers = Array.from({ length: count }, (_, i) => 2 * Math.sin(1 + i * i * 0.37 + seed));
  return tf.tensor(numbers, [...shape]);
};
const counts = (): tf.Tensor => tf.tensor1d([1, 1, 1, 0]);

interface Loss {
  readonly shape: readonly number[];
  /** Of what the student and the teacher make. */
  readonly of: (student: tf.Tensor, teacher: tf.Tensor) => tf.Tensor;
}

const soft = (temperature: number): Loss => ({
  shape: [texts, labels],
  of: (student, teacher) =>
    softLabelLoss(student, {
      taught: tf.softmax(tf.div(teacher, temperature)),
      temperature,
      counts: counts(),
    }),
});

const losses: Readonly<Record<string, Loss>> = {
  'soft labels at 1': soft(1),
  'soft labels at 2': soft(2),
  'soft labels at 5': soft(5),
  vectors: { shape: [texts, width], of: (a, b) => vectorLoss(a, b, counts()) },
  states: { shape: [tokens, width], of: (a, b) => stateLoss(a, b, tf.tensor1d([1, 1, 1, 1, 1, 1, 0])) },
  scores: {
    shape: [texts, heads, places, places],
    of: (a, b) => {
      const present = lengths.flatMap((length) => [0, 1, 2].map((place) => (place < length ? 1 : 0)));
      return scoreLoss(a, b, tf.tensor3d(present, [texts, places, 1]));
    },
  },
};

async function derived({ shape, of }: Loss, student: number, teacher: number): Promise<Case> {
  const [value, gradient] = await withEngine('onnx', () =>
    compute(() => {
      const { value, grad } = tf.valueAndGrad((x) => of(x, wave(shape, teacher)))(wave(shape, student));
      return [value, grad];
    }),
  );
  return { value: value?.values[0] ?? NaN, gradient: gradient?.values ?? [] };
}

describe.each(Object.entries(losses))('%s', (name, loss) => {
  it('are what PyTorch computes', async () => {
    const found = await derived(loss, 0.3, 4);
    const { value, gradient } = wanted[name] ?? { value: NaN, gradient: [] };
    expect(Math.abs(found.value - value)).toBeLessThan(2e-5);
    expect(found.gradient).toHaveLength(gradient.length);
    found.gradient.forEach((x, i) => expect(Math.abs(x - (gradient[i] ?? NaN))).toBeLessThan(2e-5));
  });

  it('of equals are 0, with no gradient', async () => {
    const { value, gradient } = await derived(loss, 4, 4);
    expect(Math.abs(value)).toBeLessThan(2e-6);
    gradient.forEach((x) => expect(Math.abs(x)).toBeLessThan(2e-6));
  });
});
