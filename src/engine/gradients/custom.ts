// Operations of tfjs with a gradient of their own (`logSoftmax`, `softmaxCrossEntropy`, `logSigmoid`) build it from outputs that they saved,
// which tfjs's tape does not connect: first derivatives are right, derivatives of these wrong in silence. So where a derivative of a
// derivative is taken, they are differentiated as what they compute, step by step. `rightInAnyOrder` exempts functions whose
// gradient is made of their inputs.
import type * as tf from '@tensorflow/tfjs-core';

/** As tfjs's engine has it. */
type CustomGradient = (f: CustomFunction) => (...inputs: tf.Tensor[]) => tf.Tensor;
type CustomFunction = Parameters<ReturnType<typeof tf.engine>['customGrad']>[0];

const exempt = new WeakSet<object>();
const changed = new WeakSet<object>();

/** Marks what is given to `tf.customGrad`: its gradient may be differentiated again. */
export function rightInAnyOrder<F extends object>(f: F): F {
  exempt.add(f);
  return f;
}

/** Once for each engine of tfjs. */
export function composeCustomGradients(engine: ReturnType<typeof tf.engine>): void {
  if (changed.has(engine)) return;
  changed.add(engine);
  const own: CustomGradient = (f) => tfjs(f);
  const tfjs = engine.customGrad.bind(engine);
  const customGrad: CustomGradient =
    (f) =>
    (...inputs) => {
      if (engine.state.gradientDepth < 2 || exempt.has(f)) return own(f)(...inputs);
      return f(...inputs, () => undefined).value;
    };
  Object.assign(engine, { customGrad });
}
