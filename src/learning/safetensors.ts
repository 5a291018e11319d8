// Reads and writes safetensors (https://github.com/huggingface/safetensors): a JSON header, then the bytes of the tensors.
// Strict: every byte belongs to exactly one tensor, as the format demands, so a damaged file is refused, not half read.
import type { Tensor } from './heads/head.ts';
import { ModelError } from './model-error.ts';

export interface Safetensors {
  /** In the order of the file. */
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly has: (name: string) => boolean;
  /** As single-precision numbers; F32 shares the file's memory where it can. Throws `ModelError` when it is not there. */
  readonly tensor: (name: string) => Tensor;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const maxHeaderBytes = 100_000_000;

const bytesOf: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

/** Every tensor of the file as single-precision numbers. `file` is the name that errors give. */
export function readSafetensors(bytes: Uint8Array, file: string): Readonly<Record<string, Tensor>> {
  const { names, tensor } = openSafetensors(bytes, file);
  return Object.fromEntries(names.map((name) => [name, tensor(name)]));
}

/** The same, converting each tensor only when it is asked for; tensors of other types may be there. */
export function openSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const fail = (problem: string): ModelError =>
    new ModelError('bad-model', file, problem, 'The file is damaged or not complete. Get it again.');
  const { header, data } = splitFile(bytes, fail);
  const metadata = readMetadata(header, fail);
  const entries = new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, value]) => [name, readEntry(name, value, fail)] as const)
      .sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end),
  );
  checkCoverage(entries, data.byteLength, fail);
  return {
    names: [...entries.keys()],
    metadata,
    has: (name) => entries.has(name),
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

/** All tensors as F32, in the order given; equal tensors give equal bytes. */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let length = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== data.length)
      throw new Error(`tensor \`${name}\` has ${data.length} numbers for ${count} places`);
    header[name] = { dtype: 'F32', shape, data_offsets: [length, length + data.byteLength] };
    length += data.byteLength;
  }
  const text = JSON.stringify(header);
  const raw = new TextEncoder().encode(text);
  // Spaces up to a multiple of eight, so that the numbers can be read in place.
  const headerLength = Math.ceil(raw.byteLength / 8) * 8;
  const file = new Uint8Array(8 + headerLength + length);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength);
  file.set(raw, 8);
  let offset = 8 + headerLength;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

type Fail = (problem: string) => ModelError;
type Header = Readonly<Record<string, unknown>>;

function splitFile(bytes: Uint8Array, fail: Fail): { readonly header: Header; readonly data: Uint8Array } {
  if (bytes.byteLength < 8) throw fail(`the file has ${bytes.byteLength} bytes, too few for a header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) throw fail(`the header claims to be ${length} bytes long`);
  const end = 8 + Number(length);
  if (end > bytes.byteLength) {
    throw fail(`the header should end at byte ${end}, but the file has ${bytes.byteLength} bytes`);
  }
  return { header: parseHeader(bytes.subarray(8, end), fail), data: bytes.subarray(end) };
}

function parseHeader(bytes: Uint8Array, fail: Fail): Header {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw fail('the header is not JSON');
  }
  if (!isRecord(parsed)) throw fail('the header is not a JSON object');
  return parsed;
}

function readMetadata(header: Header, fail: Fail): Readonly<Record<string, string>> {
  const metadata = header['__metadata__'] ?? {};
  if (!isRecord(metadata)) throw fail('`__metadata__` is not an object');
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => {
      if (typeof value !== 'string') throw fail(`\`__metadata__.${key}\` is not a text`);
      return [key, value];
    }),
  );
}

function readEntry(name: string, value: unknown, fail: Fail): Entry {
  if (!isRecord(value)) throw fail(`the entry of tensor \`${name}\` is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const width = typeof dtype === 'string' ? bytesOf[dtype] : undefined;
  if (typeof dtype !== 'string' || width === undefined) {
    throw fail(`tensor \`${name}\` has an unknown type ${JSON.stringify(dtype)}`);
  }
  if (!isSizes(shape)) throw fail(`tensor \`${name}\` has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw fail(`tensor \`${name}\` has no valid place`);
  const [begin = 0, end = 0] = offsets;
  const needed = shape.reduce((product, size) => product * size, 1) * width;
  if (end - begin !== needed) {
    throw fail(
      `tensor \`${name}\` of shape [${shape.join(', ')}] needs ${needed} bytes and has ${end - begin}`,
    );
  }
  return { dtype, shape, begin, end };
}

function checkCoverage(entries: ReadonlyMap<string, Entry>, length: number, fail: Fail): void {
  let covered = 0;
  for (const [name, { begin, end }] of entries) {
    if (begin < covered) throw fail(`tensor \`${name}\` overlaps the one before it`);
    if (begin > covered) throw fail(`${begin - covered} bytes before tensor \`${name}\` belong to no tensor`);
    covered = end;
  }
  if (covered > length) throw fail(`the tensors need ${covered} bytes, but only ${length} are there`);
  if (covered < length) throw fail(`${length - covered} bytes at the end belong to no tensor`);
}

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
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

function halves(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && Number(size) >= 0);
}
