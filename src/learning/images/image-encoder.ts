// What every encoder of pictures is: pixels in, one vector a picture out, which depends on that picture alone. Also how pixels become the numbers of a net.
import type { EncodeOptions } from '../encoders/encoder.ts';
import type { Matrix } from '../matrix.ts';
import type { Pixels } from './decode.ts';
import { resize, withChannels } from './resize.ts';

export interface ImageEncoder {
  /** Pictures to vectors [pictures, width]. Stops with `signal.reason` between batches. */
  encode(images: readonly Pixels[], options: EncodeOptions): Promise<Matrix>;
  /** Frees what it holds on the device. */
  dispose(): void;
}

/** What a net takes: [height, width, channels], each number `scale * byte + shift` of its channel. */
export interface NetInput {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly scale: readonly number[];
  readonly shift: readonly number[];
  /** Brings a picture to this size and these channels, where it is not stretched. */
  readonly prepare?: (image: Pixels) => Pixels;
}

/** A picture of the size and channels that the net takes. */
export function asTaken(image: Pixels, { height, width, channels, prepare }: NetInput): Pixels {
  if (prepare !== undefined) return prepare(image);
  return withChannels(resize(image, height, width, 'stretch'), channels);
}

/** Of a picture as the net takes it; written to `numbers` from `offset` on. */
export function putNumbers(
  { data }: Pixels,
  { channels, scale, shift }: NetInput,
  numbers: Float32Array,
  offset: number,
): void {
  for (let i = 0; i < data.length; i += 1) {
    const channel = i % channels;
    numbers[offset + i] = (data[i] ?? 0) * (scale[channel] ?? 1) + (shift[channel] ?? 0);
  }
}

/** Batches of one size, the last one filled up with nothing, so that one graph serves all. `run` gives [size, width] and what it has allocated is its own. */
export async function inBatches(
  images: readonly Pixels[],
  input: NetInput,
  size: number,
  { signal, progress }: EncodeOptions,
  run: (numbers: Float32Array) => Promise<Float32Array>,
): Promise<Matrix> {
  const picture = input.height * input.width * input.channels;
  let result: Matrix = { rows: images.length, columns: 0, data: new Float32Array() };
  for (let start = 0; start < images.length; start += size) {
    signal.throwIfAborted();
    const part = images.slice(start, start + size);
    const numbers = new Float32Array(size * picture);
    part.forEach((image, i) => putNumbers(asTaken(image, input), input, numbers, i * picture));
    const vectors = await run(numbers);
    const columns = vectors.length / size;
    if (start === 0) result = { ...result, columns, data: new Float32Array(images.length * columns) };
    result.data.set(vectors.subarray(0, part.length * columns), start * columns);
    progress?.(Math.min(images.length, start + size), images.length);
  }
  return result;
}
