// A function of tensors with a gradient of its own, made of its inputs, so that derivatives of the gradient are right too.
import * as tf from '@tensorflow/tfjs-core';
import { rightInAnyOrder } from '../../engine/gradients/custom.ts';

type Same<Xs> = { readonly [K in keyof Xs]: tf.Tensor };

/**
 * `backward` gives the gradient by each of `xs`, from the gradient by the output. `given` are further tensors that it needs: tfjs
 * disposes what a forward pass made, but for what is saved.
 */
export function withGradient<Xs extends readonly tf.Tensor[], Given extends readonly tf.Tensor[]>(
  forward: (xs: readonly [...Xs]) => tf.Tensor,
  backward: (dy: tf.Tensor, xs: Same<Xs>, given: Same<Given>) => Same<Xs>,
  xs: readonly [...Xs],
  given: readonly [...Given],
): tf.Tensor {
  const call = tf.customGrad(
    rightInAnyOrder((...inputs) => {
      for (const save of inputs) if (typeof save === 'function') save([...xs, ...given]);
      const gradFunc = (dy: tf.Tensor, saved?: unknown): tf.Tensor[] => {
        // tfjs gives back what was saved, in order, whatever its declaration says.
        const all = saved as readonly tf.Tensor[];
        const [first, rest] = [all.slice(0, xs.length) as Same<Xs>, all.slice(xs.length) as Same<Given>];
        return [...backward(dy, first, rest)];
      };
      return { value: forward(xs), gradFunc };
    }),
  );
  return call(...xs);
}
