// A block of cached vectors on disk: an immutable file named by the sha256 of its contents, holding the digests of some
// texts and their vectors. Anything that does not match its name is damaged. Knows no encoder and no cache policy.
//
// Layout, in the machine's byte order: magic (8 bytes), count (u32), width (u32), count digests (32 bytes each),
// count * width float32.
import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, unlink, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessDenied } from './vector-file-errors.ts';

export interface Block {
  readonly width: number;
  /** sha256 of each text, hex. */
  readonly ids: readonly string[];
  /** Row by row: `ids.length * width` values. */
  readonly vectors: Float32Array;
}

/** What a block says it holds; not verified. */
export type BlockIndex = Pick<Block, 'width' | 'ids'>;

export const blockSuffix = '.vectors';

const magic = new TextEncoder().encode('fslvec1\n');
const headerBytes = 16;
const idBytes = 32;

/** Writes the block under its name, atomically, and gives the name. Throws what the file system says. */
export async function writeBlock(directory: string, block: Block): Promise<string> {
  const bytes = encode(block);
  const name = nameOf(bytes);
  const draft = join(directory, `.${randomUUID()}.draft`);
  try {
    await writeFile(draft, bytes);
    await rename(draft, join(directory, name));
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
  return name;
}

/**
 * The texts a file says it holds; `damaged` where it is no block, `missing` where it cannot be read. Reads only the head
 * of the file.
 */
export async function readBlockIndex(
  directory: string,
  name: string,
): Promise<BlockIndex | 'damaged' | 'missing'> {
  const file = await open(join(directory, name)).catch(() => undefined);
  if (file === undefined) return 'missing';
  try {
    return (await unlessDenied(() => indexOf(file))) ?? 'missing';
  } finally {
    await file.close();
  }
}

async function indexOf(file: FileHandle): Promise<BlockIndex | 'damaged'> {
  const head = Buffer.alloc(headerBytes);
  await file.read(head, 0, headerBytes, 0);
  const { count, width } = header(head);
  const { size } = await file.stat();
  if (count === undefined || size !== byteLength(count, width)) return 'damaged';
  const ids = Buffer.alloc(count * idBytes);
  await file.read(ids, 0, ids.length, headerBytes);
  return { width, ids: hexIds(ids, count) };
}

/** The block, verified against its name; `damaged` where it does not match, `missing` where it cannot be read. */
export async function readBlock(directory: string, name: string): Promise<Block | 'damaged' | 'missing'> {
  const bytes = await readFile(join(directory, name)).catch(() => undefined);
  if (bytes === undefined) return 'missing';
  const { count, width } = header(bytes);
  if (count === undefined || bytes.length !== byteLength(count, width) || nameOf(bytes) !== name)
    return 'damaged';
  const start = headerBytes + count * idBytes;
  const vectors = new Float32Array(copyOf(bytes.subarray(start)));
  return { width, ids: hexIds(bytes.subarray(headerBytes, start), count), vectors };
}

/** Removes a block; that it is gone already is fine. */
export async function removeBlock(directory: string, name: string): Promise<void> {
  await unlink(join(directory, name)).catch(() => undefined);
}

function encode({ ids, width, vectors }: Block): Uint8Array {
  const bytes = new Uint8Array(byteLength(ids.length, width));
  bytes.set(magic);
  new Uint32Array(bytes.buffer, magic.length, 2).set([ids.length, width]);
  ids.forEach((id, i) => bytes.set(Buffer.from(id, 'hex'), headerBytes + i * idBytes));
  new Float32Array(bytes.buffer, headerBytes + ids.length * idBytes).set(vectors);
  return bytes;
}

function header(bytes: Uint8Array): { readonly count: number | undefined; readonly width: number } {
  if (bytes.length < headerBytes || magic.some((byte, i) => bytes[i] !== byte))
    return { count: undefined, width: 0 };
  const [count, width = 0] = new Uint32Array(copyOf(bytes.subarray(magic.length, headerBytes)));
  return { count, width };
}

/** A buffer of its own: a view of a `Buffer` may start at any byte, a typed array may not. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function byteLength(count: number, width: number): number {
  return headerBytes + count * idBytes + count * width * Float32Array.BYTES_PER_ELEMENT;
}

function hexIds(bytes: Buffer, count: number): string[] {
  return Array.from({ length: count }, (_, i) => bytes.toString('hex', i * idBytes, (i + 1) * idBytes));
}

function nameOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex') + blockSuffix;
}
