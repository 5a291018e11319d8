// A trained conv4 as an encoder of pictures.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../heads/head.ts';
import { inBatches, type ImageEncoder, type NetInput } from '../images/image-encoder.ts';
import { conv4Vectors } from './conv4-frozen.ts';

const batch = 32;

/** `weights` are those of `freezeConv4`. */
export function frozenConv4Encoder(
  weights: Readonly<Record<string, Tensor>>,
  { height, width, channels }: Pick<NetInput, 'height' | 'width' | 'channels'>,
): ImageEncoder {
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, { data, shape }]) => [
      name,
      tf.tensor(Float32Array.from(data), [...shape]),
    ]),
  );
  const each = (value: number): readonly number[] => new Array<number>(channels).fill(value);
  const input: NetInput = { height, width, channels, scale: each(1 / 255), shift: each(0) };
  return {
    encode: (images, options) =>
      inBatches(images, input, batch, options, async (numbers) => {
        const vectors = tf.tidy(() =>
          conv4Vectors(tensors, tf.tensor4d(numbers, [batch, height, width, channels])),
        );
        const values = (await vectors.data()) as Float32Array;
        vectors.dispose();
        return values;
      }),
    dispose: () => tf.dispose(Object.values(tensors)),
  };
}
