// The numbers of a tensor, on this side of the device.
import type * as tf from '@tensorflow/tfjs-core';

export async function numbersIn(tensor: tf.Tensor): Promise<Float32Array> {
  return tensor.data<'float32'>();
}
