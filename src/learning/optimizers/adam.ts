// Adam (Kingma and Ba 2015, arXiv:1412.6980) with bias correction, and AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) where decay
// is decoupled. Numbers as in PyTorch: `epsilon` is added to the corrected root.
import * as tf from '@tensorflow/tfjs-core';
import { eachParameter, onceAGroup, stateShapes, tensorIn } from './optimizer.ts';
import type { GroupOf, Optimizer } from './optimizer.ts';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Whether weights shrink by themselves (AdamW) or through their gradients (Adam). */
  readonly decoupled: boolean;
  readonly groupOf: GroupOf;
}

export function adam({ beta1, beta2, epsilon, decoupled, groupOf }: AdamOptions): Optimizer {
  return {
    stateFor: (parameters) => stateShapes(parameters, ['mean', 'square']),
    update: (parameters, state, gradients, { step, rate }) => {
      const towards = tf.scalar(1 - beta1);
      const towardsSquare = tf.scalar(1 - beta2);
      const small = tf.scalar(epsilon);
      const rootScale = tf.scalar(1 / Math.sqrt(1 - beta2 ** step));
      const scalars = onceAGroup(({ rateFactor, weightDecay }) => ({
        rate: tf.scalar((rate * rateFactor) / (1 - beta1 ** step)),
        decay: tf.scalar(weightDecay),
        kept: tf.scalar(1 - rate * rateFactor * weightDecay),
      }));
      return eachParameter(parameters, (name, parameter) => {
        const group = groupOf(name);
        const { rate, decay, kept } = scalars(group);
        const decays = group.weightDecay !== 0;
        const plain = tensorIn(gradients, name);
        const gradient = decays && !decoupled ? tf.add(plain, tf.mul(parameter, decay)) : plain;
        const [oldMean, oldSquare] = [tensorIn(state, `mean ${name}`), tensorIn(state, `square ${name}`)];
        const mean = tf.add(oldMean, tf.mul(tf.sub(gradient, oldMean), towards));
        const square = tf.add(oldSquare, tf.mul(tf.sub(tf.square(gradient), oldSquare), towardsSquare));
        const root = tf.add(tf.mul(tf.sqrt(square), rootScale), small);
        const start = decays && decoupled ? tf.mul(parameter, kept) : parameter;
        return {
          parameter: tf.sub(start, tf.mul(tf.div(mean, root), rate)),
          state: { [`mean ${name}`]: mean, [`square ${name}`]: square },
        };
      });
    },
  };
}
