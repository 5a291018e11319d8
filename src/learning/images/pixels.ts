// The encoder `builtin:pixels`: the pixels of a picture as they are, from 0 to 1. No weights, so always at hand, and the baseline that any other must beat.
import type { ImageEncoder } from './image-encoder.ts';

export function createPixels(): ImageEncoder {
  return {
    encode: async (images, { signal, progress }) => {
      const columns = images[0]?.data.length ?? 0;
      const data = new Float32Array(images.length * columns);
      images.forEach((image, i) => {
        if (i % 1000 === 0) signal.throwIfAborted();
        for (let k = 0; k < columns; k += 1) data[i * columns + k] = (image.data[k] ?? 0) / 255;
      });
      progress?.(images.length, images.length);
      return { rows: images.length, columns, data };
    },
    dispose: () => undefined,
  };
}
