// The greatest of several tensors, element by element. The first of equal ones gets the gradient, as in max pooling of PyTorch and TensorFlow. The gradient is made
// of the inputs, so that its derivatives are right.
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

export function firstGreatest(parts: readonly tf.Tensor[]): tf.Tensor {
  const greatest = (xs: readonly tf.Tensor[]): tf.Tensor => xs.reduce((a, b) => tf.maximum(a, b));
  return withGradient(greatest, (dy, xs) => sharesOfFirst(dy, xs, greatest(xs)), parts, []);
}

/** What each of `parts` gets of `dy`: the first that is `y` gets all of it, the last what no other got. Products, since choosing takes three times as long. */
function sharesOfFirst(dy: tf.Tensor, parts: readonly tf.Tensor[], y: tf.Tensor): readonly tf.Tensor[] {
  let rest = dy;
  return parts.map((part, place) => {
    if (place === parts.length - 1) return rest;
    const share = tf.mul(rest, tf.cast(tf.equal(part, y), 'float32'));
    rest = tf.sub(rest, share);
    return share;
  });
}
