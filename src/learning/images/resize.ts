// Pictures of another size and number of channels. A triangle over the pixels that a new one covers: bilinear where a picture grows, an average where it
// shrinks, as Pillow's BILINEAR and PyTorch's antialiased one do.
import type { Pixels } from './decode.ts';
import { resampled, resampleWeights, triangle } from './resample.ts';

/** `crop` keeps proportions and cuts what is too long at both ends; `stretch` keeps everything. */
export type Fit = 'crop' | 'stretch';

export function resize(image: Pixels, height: number, width: number, fit: Fit): Pixels {
  if (image.height === height && image.width === width) return image;
  const { channels } = image;
  const scale = fit === 'crop' ? Math.min(image.height / height, image.width / width) : undefined;
  const wide = resampled(
    image.data,
    {
      lines: image.height,
      length: image.width,
      step: channels,
      covered: resampleWeights(image.width, width, triangle, scale),
    },
    new Float32Array(image.height * width * channels),
    (sum) => sum,
  );
  const data = resampled(
    wide,
    {
      lines: 1,
      length: image.height,
      step: width * channels,
      covered: resampleWeights(image.height, height, triangle, scale),
    },
    new Uint8Array(height * width * channels),
    (sum) => Math.max(0, Math.min(255, Math.round(sum))),
  );
  return { height, width, channels, data };
}

/** Grey by the weights of ITU-R BT.601, three equal channels from one. */
export function withChannels(image: Pixels, channels: 1 | 3): Pixels {
  if (image.channels === channels) return image;
  const count = image.height * image.width;
  const data = new Uint8Array(count * channels);
  for (let i = 0; i < count; i += 1) {
    if (channels === 3) data.fill(image.data[i] ?? 0, i * 3, i * 3 + 3);
    else {
      const [r = 0, g = 0, b = 0] = image.data.subarray(i * 3, i * 3 + 3);
      data[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    }
  }
  return { ...image, channels, data };
}
