// The IDX files of MNIST: unsigned bytes behind a short header, one file for the pictures and one for their labels. Bytes in, numbers out.
import { ImageError, type Pixels } from './decode.ts';

export type Idx =
  | { readonly kind: 'images'; readonly count: number; readonly image: (i: number) => Pixels }
  | { readonly kind: 'labels'; readonly labels: Uint8Array };

/** Throws `ImageError` where the bytes are no such file. */
export function readIdx(bytes: Uint8Array): Idx {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0)
    throw new ImageError('is no IDX file: it does not start with two zeros');
  const type = view.getUint8(2);
  const rank = view.getUint8(3);
  if (type !== 8) throw new ImageError('is an IDX file of another type than unsigned bytes');
  if (![1, 3, 4].includes(rank) || bytes.length < 4 + 4 * rank)
    throw new ImageError(
      'is an IDX file of neither labels (1 axis) nor pictures (3 axes, or 4 with channels)',
    );
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const data = bytes.subarray(4 + 4 * rank);
  const expected = shape.reduce((product, length) => product * length, 1);
  if (data.length !== expected)
    throw new ImageError(
      `is damaged: it should have ${expected} bytes behind its header, and has ${data.length}`,
    );
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  if (rank === 1) return { kind: 'labels', labels: data };
  if (height === 0 || width === 0 || (channels !== 1 && channels !== 3))
    throw new ImageError(
      `has pictures of ${height} x ${width} pixels with ${channels} channels; 1 and 3 are read`,
    );
  const size = height * width * channels;
  return {
    kind: 'images',
    count,
    image: (i) => ({ height, width, channels, data: data.subarray(i * size, (i + 1) * size) }),
  };
}
