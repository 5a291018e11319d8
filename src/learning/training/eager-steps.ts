// Steps on an engine that computes at once: parameters, gradients and state are tensors of its device.
import * as tf from '@tensorflow/tfjs-core';
import { dropoutOf } from '../layers/dropout.ts';
import { clipByGlobalNorm } from '../optimizers/clip.ts';
import type { Tensors } from '../optimizers/optimizer.ts';
import { copied, toTensors, zeros } from './host-arrays.ts';
import { lossGradients } from './loss-gradients.ts';
import { batchesOf, rateAt } from './train.ts';
import type { Steps, Training } from './train.ts';

export async function eagerSteps(training: Training): Promise<Steps> {
  const { optimizer, start } = training;
  let current = {
    parameters: toTensors(start?.parameters ?? (await copied(training.parameters))),
    state: toTensors(start?.state ?? zeros(optimizer.stateFor(training.parameters))),
  };
  return {
    async step(step) {
      const { loss, gradients } = await averaged(training, current.parameters, step);
      const [value = NaN] = await loss.data();
      const numbers = { step, rate: rateAt(training, step) };
      if (Number.isFinite(value)) {
        const next = tf.tidy(() => {
          const { clip } = training;
          const clipped = clip === undefined ? gradients : clipByGlobalNorm(gradients, clip);
          const { parameters, state } = optimizer.update(current.parameters, current.state, clipped, numbers);
          return { parameters: { ...parameters }, state: { ...state } };
        });
        tf.dispose([{ ...current.parameters }, { ...current.state }]);
        current = next;
      }
      tf.dispose([loss, { ...gradients }]);
      return value;
    },
    readParameters: () => copied(current.parameters),
    read: async () => ({ parameters: await copied(current.parameters), state: await copied(current.state) }),
    finish: () => {
      const { parameters } = current;
      current = { ...current, parameters: {} };
      return parameters;
    },
    dispose: () => tf.dispose([{ ...current.parameters }, { ...current.state }]),
  };
}

/** Over the step's batches. The caller disposes what it gets. */
async function averaged(
  training: Training,
  parameters: Tensors,
  step: number,
): Promise<{ readonly loss: tf.Tensor; readonly gradients: Tensors }> {
  const { signal, accumulate = 1, frozen = {}, dropoutRate = 0, dropoutSeed } = training;
  let sum: { loss: tf.Tensor; gradients: Record<string, tf.Tensor> } | undefined;
  for (const index of batchesOf(training, step)) {
    signal.throwIfAborted();
    const before = sum;
    sum = tf.tidy(() => {
      const batch = toTensors(training.batch(index));
      const dropout = dropoutOf(dropoutRate, dropoutSeed, index);
      const { loss, gradients } = lossGradients(training, parameters, frozen, batch, dropout);
      const add = (x: tf.Tensor, y: tf.Tensor | undefined): tf.Tensor => {
        const share = accumulate === 1 ? x : tf.div(x, accumulate);
        return y === undefined ? share : tf.add(y, share);
      };
      const sums = Object.entries(gradients).map(([name, g]) => [name, add(g, before?.gradients[name])]);
      return { loss: add(loss, before?.loss), gradients: Object.fromEntries(sums) as typeof gradients };
    });
    if (before !== undefined) tf.dispose([before.loss, before.gradients]);
  }
  if (sum === undefined) throw new RangeError('a step of no batches');
  return sum;
}
