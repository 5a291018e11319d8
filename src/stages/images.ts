// The pictures of a dataset: one block of bytes beside the rows, which every dataset that is made of it takes over as it is. A row has the name of its
// picture, which is the digest of its pixels, in its text column: equal pictures are equal rows wherever they come from. Knows no formats of pictures.
import { createHash } from 'node:crypto';
import type { Artifact, Output } from './artifact.ts';

export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

export interface Images extends ImageShape {
  /** Reads the block, once. */
  readonly open: () => Promise<OpenImages>;
  /** Writes the block as a file of an output. */
  readonly write: (output: Output, name: string) => Promise<void>;
}

export interface OpenImages {
  /** Pixels [height, width, channels] of the picture of that name; a view, not to be written to. */
  readonly pixels: (name: string) => Uint8Array;
}

/** The one file of a dataset that holds them. */
export const imagesFile = 'images.safetensors';

const nameBytes = 16;

/** The name of a picture with these pixels: 32 hexadecimal digits. */
export function pictureName({ height, width, channels }: ImageShape, data: Uint8Array): string {
  const hash = createHash('sha256').update(`${height}x${width}x${channels}:`).update(data);
  return hash.digest('hex').slice(0, 2 * nameBytes);
}

/** A block of pictures, which may be equal, and the name of each in their order. `pictures` [height, width, channels]. */
export function namedImages(
  shape: ImageShape,
  pictures: readonly Uint8Array[],
): { readonly images: Images; readonly names: readonly string[] } {
  const names = pictures.map((data) => pictureName(shape, data));
  const different = new Map(pictures.map((data, i) => [names[i] ?? '', data]));
  const size = shape.height * shape.width * shape.channels;
  const block = new Uint8Array(different.size * size);
  [...different.values()].forEach((data, i) => block.set(data, i * size));
  return { images: imagesInMemory(shape, [...different.keys()], block), names };
}

/** `names` are different from each other; `pixels` [names, height, width, channels] in their order. */
export function imagesInMemory(shape: ImageShape, names: readonly string[], pixels: Uint8Array): Images {
  const open = openBlock(shape, names, pixels);
  return {
    ...shape,
    open: async () => open,
    write: (output, name) => output.write(name, fileOf(shape, names, pixels)),
  };
}

/** Of several blocks of one shape the pictures that are named, in one block. */
export async function unitedImages(
  shape: ImageShape,
  parts: readonly { readonly images: Images; readonly names: readonly string[] }[],
): Promise<Images> {
  const found = new Map<string, Uint8Array>();
  for (const { images, names } of parts) {
    const block = await images.open();
    for (const name of names) if (!found.has(name)) found.set(name, block.pixels(name));
  }
  return namedImages(shape, [...found.values()]).images;
}

/** Of a dataset's artifact; the file is read when a picture is looked at, and taken over unread where it is written again. */
export function storedImages(shape: ImageShape, artifact: Artifact): Images {
  let opening: Promise<OpenImages> | undefined;
  return {
    ...shape,
    open: () => (opening ??= read(shape, artifact)),
    write: (output, name) => output.take(name, artifact, imagesFile),
  };
}

async function read(shape: ImageShape, artifact: Artifact): Promise<OpenImages> {
  const bytes = await artifact.read(imagesFile);
  const { safetensorsLayout } = await import('../learning/safetensors-layout.ts');
  const source = {
    size: bytes.length,
    read: (from: number, length: number) => bytes.subarray(from, from + length),
  };
  const { entries, start } = safetensorsLayout(source, imagesFile);
  const tensor = (name: string): Uint8Array => {
    const entry = entries.get(name);
    if (entry === undefined) throw new Error(`${imagesFile} has no tensor ${name}`);
    return bytes.subarray(start + entry.begin, start + entry.end);
  };
  const digests = Buffer.from(tensor('names')).toString('hex');
  const length = 2 * nameBytes;
  const names = Array.from({ length: digests.length / length }, (_, i) =>
    digests.slice(i * length, (i + 1) * length),
  );
  return openBlock(shape, names, tensor('pixels'));
}

function openBlock(
  { height, width, channels }: ImageShape,
  names: readonly string[],
  pixels: Uint8Array,
): OpenImages {
  const size = height * width * channels;
  const places = new Map(names.map((name, i) => [name, i]));
  return {
    pixels(name) {
      const place = places.get(name);
      if (place === undefined) throw new Error(`there is no picture ${name}`);
      return pixels.subarray(place * size, (place + 1) * size);
    },
  };
}

/** A safetensors file, so that other tools open it. Its own bytes, as the writer of `learning` knows numbers of four bytes only. */
function fileOf(
  { height, width, channels }: ImageShape,
  names: readonly string[],
  pixels: Uint8Array,
): Uint8Array {
  const digests = Buffer.from(names.join(''), 'hex');
  const header = JSON.stringify({
    names: { dtype: 'U8', shape: [names.length, nameBytes], data_offsets: [0, digests.length] },
    pixels: {
      dtype: 'U8',
      shape: [names.length, height, width, channels],
      data_offsets: [digests.length, digests.length + pixels.length],
    },
  });
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, Buffer.from(padded), digests, pixels]);
}
