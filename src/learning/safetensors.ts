// Reads and writes safetensors (https://github.com/huggingface/safetensors): a JSON header, then the bytes of the tensors.
import type { Tensor } from './heads/head.ts';
import { ModelError } from './model-error.ts';
import { damagedHint, safetensorsLayout } from './safetensors-layout.ts';

export interface Safetensors {
  /** In the order of the file. */
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly has: (name: string) => boolean;
  /** The file that has the tensor, for messages: one of several where a model is in shards. */
  readonly fileOf: (name: string) => string;
  /** Without reading the numbers; empty for a tensor that is not there. */
  readonly shape: (name: string) => readonly number[];
  /** Whether it can be read as single-precision numbers. */
  readonly isFloat: (name: string) => boolean;
  /** As single-precision numbers; F32 shares the file's memory where it can. Throws `ModelError` when it is not there. */
  readonly tensor: (name: string) => Tensor;
}

/** Every tensor of the file as single-precision numbers. `file` is the name that errors give. */
export function readSafetensors(bytes: Uint8Array, file: string): Readonly<Record<string, Tensor>> {
  const { names, tensor } = openSafetensors(bytes, file);
  return Object.fromEntries(names.map((name) => [name, tensor(name)]));
}

/** The same, converting each tensor only when it is asked for; tensors of other types may be there. */
export function openSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const { entries, metadata, start } = safetensorsLayout(
    { size: bytes.byteLength, read: (offset, length) => bytes.subarray(offset, offset + length) },
    file,
  );
  const data = bytes.subarray(start);
  const fail = (problem: string): ModelError => new ModelError('bad-model', file, problem, damagedHint);
  return {
    names: [...entries.keys()],
    metadata,
    has: (name) => entries.has(name),
    fileOf: () => file,
    shape: (name) => entries.get(name)?.shape ?? [],
    isFloat: (name) => floats.has(entries.get(name)?.dtype ?? ''),
    tensor: (name) => {
      const entry = entries.get(name);
      if (entry === undefined) throw fail(`there is no tensor \`${name}\``);
      const values = convert(data.subarray(entry.begin, entry.end), entry.dtype);
      if (values === undefined)
        throw fail(`tensor \`${name}\` has the type ${entry.dtype}, not F32, F16 or BF16`);
      return { shape: entry.shape, data: values };
    },
  };
}

/** A tensor as it is written: F32, I8, or F16 as the bits of its numbers. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | Int8Array | Uint16Array;
}

/** In the order given, which is best with F32 first; equal tensors give equal bytes. */
export function writeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const parts = safetensorsParts(tensors, metadata);
  const file = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    file.set(part, offset);
    offset += part.byteLength;
  }
  return file;
}

/** The same file in pieces one after the other: the numbers are those of the tensors, not copies. */
export function safetensorsParts(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let length = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== data.length)
      throw new Error(`tensor \`${name}\` has ${data.length} numbers for ${count} places`);
    const dtype = data instanceof Int8Array ? 'I8' : data instanceof Uint16Array ? 'F16' : 'F32';
    header[name] = { dtype, shape, data_offsets: [length, length + data.byteLength] };
    length += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Spaces up to a multiple of eight, so that the numbers can be read in place.
  const headerLength = Math.ceil(text.byteLength / 8) * 8;
  const start = new Uint8Array(8 + headerLength);
  new DataView(start.buffer).setBigUint64(0, BigInt(headerLength), true);
  start.fill(0x20, 8);
  start.set(text, 8);
  const numbers = Object.values(tensors).map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return [start, ...numbers];
}

const floats: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16']);

function convert(bytes: Uint8Array, dtype: string): Float32Array | undefined {
  switch (dtype) {
    case 'F32':
      return asFloats(bytes);
    case 'F16':
      return Float32Array.from(halves(bytes), fromHalf);
    case 'BF16': {
      // The upper half of a single-precision number.
      const words = Uint32Array.from(halves(bytes), (half) => half * 65536);
      return new Float32Array(words.buffer);
    }
    default:
      return undefined;
  }
}

function asFloats(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes); // a `Buffer` would share what it slices
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

function halves(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}

/** IEEE 754 binary16. */
function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
