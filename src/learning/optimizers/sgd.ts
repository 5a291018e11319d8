// Stochastic gradient descent with momentum, as PyTorch's `SGD` does it (weight decay is part of the gradient, no dampening).
import * as tf from '@tensorflow/tfjs-core';
import { eachParameter, onceAGroup, stateShapes, tensorIn } from './optimizer.ts';
import type { GroupOf, Optimizer } from './optimizer.ts';

export interface SgdOptions {
  /** 0 for none: then there is no state. */
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly groupOf: GroupOf;
}

export function sgd({ momentum, nesterov, groupOf }: SgdOptions): Optimizer {
  return {
    stateFor: (parameters) => (momentum === 0 ? {} : stateShapes(parameters, ['velocity'])),
    update: (parameters, state, gradients, { rate }) => {
      const kept = tf.scalar(momentum);
      const scalars = onceAGroup(({ rateFactor, weightDecay }) => ({
        rate: tf.scalar(rate * rateFactor),
        decay: tf.scalar(weightDecay),
      }));
      return eachParameter(parameters, (name, parameter) => {
        const group = groupOf(name);
        const { rate, decay } = scalars(group);
        const plain = tensorIn(gradients, name);
        const gradient = group.weightDecay === 0 ? plain : tf.add(plain, tf.mul(parameter, decay));
        if (momentum === 0) return { parameter: tf.sub(parameter, tf.mul(gradient, rate)), state: {} };
        const key = `velocity ${name}`;
        const velocity = tf.add(tf.mul(tensorIn(state, key), kept), gradient);
        const direction = nesterov ? tf.add(gradient, tf.mul(velocity, kept)) : velocity;
        return { parameter: tf.sub(parameter, tf.mul(direction, rate)), state: { [key]: velocity } };
      });
    },
  };
}
