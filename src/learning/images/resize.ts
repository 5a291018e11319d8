// Pictures of another size and number of channels. A triangle over the pixels that a new one covers: bilinear where a picture grows, an average where it
// shrinks, as Pillow's BILINEAR and PyTorch's antialiased one do.
import type { Pixels } from './decode.ts';
import { resampleWeights, triangle, type Covered } from './resample-weights.ts';

/** `crop` keeps proportions and cuts what is too long at both ends; `stretch` keeps everything. */
export type Fit = 'crop' | 'stretch';

export function resize(image: Pixels, height: number, width: number, fit: Fit): Pixels {
  if (image.height === height && image.width === width) return image;
  const { channels } = image;
  const scale = fit === 'crop' ? Math.min(image.height / height, image.width / width) : undefined;
  const rows = resampleWeights(image.height, height, triangle, scale);
  const columns = resampleWeights(image.width, width, triangle, scale);
  const wide = new Float32Array(image.height * width * channels);
  for (let y = 0; y < image.height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const { first, shares } = columns[x] ?? none;
      for (let c = 0; c < channels; c += 1) {
        let sum = 0;
        for (let k = 0; k < shares.length; k += 1)
          sum += (shares[k] ?? 0) * (image.data[(y * image.width + first + k) * channels + c] ?? 0);
        wide[(y * width + x) * channels + c] = sum;
      }
    }
  const data = new Uint8Array(height * width * channels);
  const line = width * channels;
  for (let y = 0; y < height; y += 1) {
    const { first, shares } = rows[y] ?? none;
    for (let i = 0; i < line; i += 1) {
      let sum = 0;
      for (let k = 0; k < shares.length; k += 1)
        sum += (shares[k] ?? 0) * (wide[(first + k) * line + i] ?? 0);
      data[y * line + i] = Math.max(0, Math.min(255, Math.round(sum)));
    }
  }
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

const none: Covered = { first: 0, shares: [] };
