// Where the tensors of a safetensors file lie (https://github.com/huggingface/safetensors), from its header alone. Strict:
// every byte belongs to exactly one tensor, as the format demands, so a damaged file is refused.
import { ModelError } from './model-error.ts';

/** A file, read in pieces. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

export interface Layout {
  /** In the order of the file. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the tensors' bytes start; the places of entries count from here. */
  readonly start: number;
}

export interface Entry {
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

/** Reads and checks the header. Throws `ModelError` with `file` as its name where anything does not fit. */
export function safetensorsLayout(source: ByteSource, file: string): Layout {
  const fail = (problem: string): ModelError => new ModelError('bad-model', file, problem, damagedHint);
  const { header, start } = readHeader(source, fail);
  const entries = new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, value]) => [name, readEntry(name, value, fail)] as const)
      .sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end),
  );
  checkCoverage(entries, source.size - start, fail);
  return { entries, metadata: readMetadata(header, fail), start };
}

export const damagedHint = 'The file is damaged or not complete. Get it again.';

type Fail = (problem: string) => ModelError;
type Header = Readonly<Record<string, unknown>>;

function readHeader(source: ByteSource, fail: Fail): { readonly header: Header; readonly start: number } {
  if (source.size < 8) throw fail(`the file has ${source.size} bytes, too few for a header`);
  const first = source.read(0, 8);
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) throw fail(`the header claims to be ${length} bytes long`);
  const start = 8 + Number(length);
  if (start > source.size) {
    throw fail(`the header should end at byte ${start}, but the file has ${source.size} bytes`);
  }
  return { header: parseHeader(source.read(8, Number(length)), fail), start };
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && Number(size) >= 0);
}
