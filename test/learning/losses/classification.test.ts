// The cross-entropy that `full`, `lora` and `bitfit` train to, with class weights and label smoothing, and its gradients, against PyTorch
// (test/fixtures/losses/make-classification.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { rowWeights, softTargets } from '../../../src/learning/targets.ts';
import { classification } from '../../../src/learning/training/classification.ts';
import { compute, withEngine } from '../../engine/on-backend.ts';

interface Expected {
  readonly labels: readonly number[];
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly balanced: boolean;
        readonly smoothing: number;
        readonly value: number;
        readonly weight: readonly (readonly number[])[];
        readonly bias: readonly number[];
      }
    >
  >;
}

const file = join(import.meta.dirname, '../../fixtures/losses/classification.json');
const expected = JSON.parse(readFileSync(file, 'utf8')) as Expected; // written by make-classification.py
const [count, width] = [expected.bias.length, expected.weight[0]?.length ?? 0];

it.each(Object.entries(expected.cases))('is what PyTorch computes: %s', async (_, wanted) => {
  const targets = softTargets(Int32Array.from(expected.labels), count);
  const texts = expected.labels.length;
  const weights = rowWeights(targets, count, wanted.balanced ? 'balanced' : undefined);
  const room = texts + 2; // what is beyond the texts counts for nothing
  const numbers = Array.from({ length: room * width }, (_, k) => {
    const [i, j] = [Math.floor(k / width), k % width];
    return i < texts ? Math.sin(1 + i * i * 0.7 + 1.3 * j) : 5;
  });
  const [value, byWeight, byBias] = await withEngine('onnx', () =>
    compute(() => {
      const start = {
        kind: 'logistic',
        labels: count,
        settings: {},
        tensors: {
          weight: { shape: [count, width], data: Float32Array.from(expected.weight.flat()) },
          bias: { shape: [count], data: Float32Array.from(expected.bias) },
        },
      } as const;
      const objective = classification(
        { targets, weights, start },
        { size: texts, smoothing: wanted.smoothing, seed: 0 },
      );
      const inputs = Object.entries(objective.inputs([...expected.labels.keys()], room));
      const batch = Object.fromEntries(
        inputs.map(([key, { data, shape, type }]) => [key, tf.tensor(data, [...shape], type)]),
      );
      const names = Object.keys(objective.weights);
      const vectors = tf.tensor2d(numbers, [room, width]);
      const { value, grads } = tf.valueAndGrads((...own: tf.Tensor[]) => {
        const parameters = Object.fromEntries(names.map((name, i) => [name, own[i] ?? vectors]));
        return objective.loss(vectors, { ...batch, ...parameters }) as tf.Scalar;
      })(Object.values(objective.weights));
      return [value, ...grads];
    }),
  );
  const near = (actual: readonly number[] | undefined, wanted: readonly number[]): void => {
    expect(actual).toHaveLength(wanted.length);
    actual?.forEach((number, i) => expect(Math.abs(number - (wanted[i] ?? NaN))).toBeLessThan(2e-5));
  };
  near(value?.values, [wanted.value]);
  const transposed = Array.from({ length: width * count }, (_, k) => wanted.weight[k % count]?.[Math.floor(k / count)] ?? NaN); // prettier-ignore
  near(byWeight?.values, transposed);
  near(byBias?.values, wanted.bias);
});
