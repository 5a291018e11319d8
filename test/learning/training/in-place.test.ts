// The update in place against the same rule as a graph.
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import { clipByGlobalNorm } from '../../../src/learning/optimizers/clip.ts';
import { clippingFactor, inPlace } from '../../../src/learning/optimizers/in-place.ts';
import type { Optimizer } from '../../../src/learning/optimizers/optimizer.ts';
import { sgd } from '../../../src/learning/optimizers/sgd.ts';
import { arraysOf, copied, toTensors, zeros } from '../../../src/learning/training/host-arrays.ts';
import { trainedMemory } from '../../../src/learning/training/trained-memory.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { wave } from './fixture.ts';

const decayed = { rateFactor: 0.5, weightDecay: 0.1 };
const plain = { rateFactor: 1, weightDecay: 0 };
const groupOf = (name: string): typeof plain => (name === 'w' ? decayed : plain);

const optimizers: readonly (readonly [name: string, optimizer: Optimizer])[] = [
  ['sgd', sgd({ momentum: 0.9, nesterov: false, groupOf })],
  ['sgd plain', sgd({ momentum: 0, nesterov: false, groupOf })],
  ['sgd nesterov', sgd({ momentum: 0.9, nesterov: true, groupOf })],
  ['adam', adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: false, groupOf })],
  ['adamw', adam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-6, decoupled: true, groupOf })],
];

test.each(optimizers)('%s', async (_, optimizer) => {
  await withEngine('onnx', async () => {
    let tensors = {
      parameters: { w: tf.tensor2d(wave(15, 0), [5, 3]), b: tf.tensor1d(wave(3, 2)) } as Record<
        string,
        tf.Tensor
      >,
      state: toTensors(zeros(optimizer.stateFor({ w: tf.zeros([5, 3]), b: tf.zeros([3]) }))),
    };
    const parameters = await copied(tensors.parameters);
    const { rule } = optimizer;
    const { state, gradients: moving, update } = trainedMemory(parameters, undefined, rule, inPlace(rule));
    for (let step = 1; step <= 4; step++) {
      const gradients = { w: tf.tensor2d(wave(15, step), [5, 3]), b: tf.tensor1d(wave(3, 2 * step)) };
      const numbers = { step, rate: 0.1 / step };
      const { parameters: next, state: nextState } = optimizer.update(
        tensors.parameters,
        tensors.state,
        clipByGlobalNorm(gradients, 1),
        numbers,
      );
      tensors = { parameters: { ...next }, state: nextState };
      const given = arraysOf(await copied(gradients));
      for (const [name, data] of Object.entries(given)) moving[name]?.data.set(data);
      update(numbers, clippingFactor(Object.values(given), 1, 1));
    }
    const expected = await copied({ ...tensors.parameters, ...tensors.state });
    const actual = { ...parameters, ...state };
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, { data }] of Object.entries(expected)) {
      data.forEach((value, i) => expect(actual[name]?.data[i], name).toBeCloseTo(value, 5));
    }
  });
});
