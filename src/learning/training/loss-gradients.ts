// The loss of a batch with its gradient by each trained parameter, in tfjs's operations.
import * as tf from '@tensorflow/tfjs-core';
import type { Dropout } from '../layers/dropout.ts';
import type { Tensors } from '../optimizers/optimizer.ts';
import type { Training } from './train.ts';

export function lossGradients(
  { loss }: Pick<Training, 'loss'>,
  parameters: Tensors,
  frozen: Tensors,
  batch: Tensors,
  dropout: Dropout,
): { readonly loss: tf.Tensor; readonly gradients: Tensors } {
  const names = Object.keys(parameters);
  const { value, grads } = tf.valueAndGrads((...tensors) => {
    const trained = Object.fromEntries(names.map((name, i) => [name, tensors[i] ?? tf.scalar(NaN)]));
    return loss({ ...frozen, ...trained }, batch, dropout) as tf.Scalar; // tfjs checks that it is one
  })(Object.values(parameters));
  return {
    loss: value,
    gradients: Object.fromEntries(names.map((name, i) => [name, grads[i] ?? tf.scalar(NaN)])),
  };
}
