// Vectors of a frozen encoder, cached by content and shared between steps and processes, so that ten seeds over one test
// set encode it once. A cache can be deleted at any time: everything in it can be made again, and everything read from it
// is verified; where the file system denies it, the work is done without it. Knows nothing of models but the key under which their vectors are equal.
import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncodeOptions } from '../learning/encoders/encoder.ts';
import type { Matrix } from '../learning/matrix.ts';
import {
  blockSuffix,
  readBlock,
  readBlockIndex,
  removeBlock,
  writeBlock,
  type BlockIndex,
} from './vector-block.ts';
import { claimTexts, exclusively, readClaims, waitForClaims, type Claim } from './vector-claims.ts';
import { hasCode, unlessDenied } from './vector-file-errors.ts';
import { createWatch, type Watch } from './vector-watch.ts';

/** Texts to vectors [texts, width]; the vector of a text depends on that text alone. */
export type Encode = (texts: readonly string[], options: EncodeOptions) => Promise<Matrix>;

export interface VectorCacheSettings {
  /** Made when the first text is encoded; the folder above it is there. */
  readonly directory: string;
  /** Equal keys mean: equal texts have equal vectors, bit for bit. */
  readonly key: string;
  /** Over all encoders; the blocks unused for longest go first. Default 4 GB. */
  readonly maximumBytes?: number;
  /** Told who is waited for, when that takes long. */
  readonly note?: (message: string) => void;
}

/** Which of the missing texts this worker encodes, and which claims of others hold the rest. */
interface Division {
  readonly mine: readonly string[];
  readonly others: readonly Claim[];
  readonly release: (() => Promise<void>) | undefined;
}

/** Texts in one block at most: what a killed worker loses. */
const blockTexts = 2048;
/** More blocks of one encoder than this are merged, so that a lookup opens few files. */
const maximumBlocks = 64;
const mergeBytes = 16e6;
const defaultMaximumBytes = 4e9;
const abandonedDraftMs = 3_600_000;

/** The same function through the cache. `encode` sees each distinct text that is not cached once. */
export function cachedEncode(encode: Encode, settings: VectorCacheSettings): Encode {
  const root = join(settings.directory, 'vectors');
  const directory = join(root, sha256(settings.key));
  const indices = new Map<string, BlockIndex>(); // blocks never change, so what was read once stays true
  const watch = createWatch(settings.note ?? (() => undefined));

  return async (texts, options) => {
    const ids = texts.map(sha256);
    const textOf = new Map(ids.map((id, i) => [id, texts[i] ?? '']));
    const found = new Map<string, Float32Array>();
    const report = (encoding: number): void => options.progress?.(found.size + encoding, textOf.size);
    for (;;) {
      const { mine, others, release } = (await unlessDenied(divide)) ?? (await takeAll());
      report(0);
      try {
        await encodeMissing(mine);
      } finally {
        await release?.();
      }
      if (others.length === 0) break;
      await unlessDenied(() => waitForClaims(directory, others, options.signal, watch));
    }
    const maximum = settings.maximumBytes ?? defaultMaximumBytes;
    await unlessDenied(() => tidy(root, directory, maximum, options.signal, watch));
    return gather(ids, found);

    async function divide(): Promise<Division> {
      for (const folder of [settings.directory, root, directory]) await makeFolder(folder);
      return exclusively(directory, options.signal, watch, async () => {
        // In this order: what a claim was for is stored before it is given up, so a claim that is gone by now left its vectors.
        const claims = await readClaims(directory, watch);
        await lookUp(directory, indices, textOf, found);
        const missing = stillMissing();
        const others = claims.filter((claim) => missing.some((id) => claim.ids.has(id)));
        const mine = missing.filter((id) => !others.some((claim) => claim.ids.has(id)));
        const claim = mine.length > 0 && (await unlessDenied(() => claimTexts(directory, mine, watch)));
        return { mine, others, release: claim || undefined };
      });
    }

    /** Where nothing can be locked; what others stored can be readable all the same. */
    async function takeAll(): Promise<Division> {
      await unlessDenied(() => lookUp(directory, indices, textOf, found));
      return { mine: stillMissing(), others: [], release: undefined };
    }

    function stillMissing(): readonly string[] {
      return [...textOf.keys()].filter((id) => !found.has(id));
    }

    async function encodeMissing(mine: readonly string[]): Promise<void> {
      for (let start = 0; start < mine.length; start += blockTexts) {
        const part = mine.slice(start, start + blockTexts);
        const vectors = await encode(
          part.map((id) => textOf.get(id) as string),
          { signal: options.signal, progress: (done) => report(done) },
        );
        part.forEach((id, i) => found.set(id, rowOf(vectors.data, vectors.columns, i)));
        const block = { width: vectors.columns, ids: part, vectors: vectors.data };
        await unlessDenied(() => writeBlock(directory, block));
        report(0);
      }
    }
  };
}

/** Reads into `found` every wanted vector that some whole block holds; damaged blocks are removed. */
async function lookUp(
  directory: string,
  indices: Map<string, BlockIndex>,
  wanted: ReadonlyMap<string, string>,
  found: Map<string, Float32Array>,
): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(blockSuffix));
  for (const name of names) {
    const index = indices.get(name) ?? (await readBlockIndex(directory, name));
    if (index === 'damaged') await removeBlock(directory, name);
    if (typeof index === 'string') continue;
    indices.set(name, index);
    if (!index.ids.some((id) => wanted.has(id) && !found.has(id))) continue;
    const block = await readBlock(directory, name);
    if (block === 'damaged') await removeBlock(directory, name);
    if (typeof block === 'string') continue;
    block.ids.forEach((id, i) => {
      if (wanted.has(id)) found.set(id, rowOf(block.vectors, block.width, i));
    });
    const now = new Date();
    await utimes(join(directory, name), now, now).catch(() => undefined); // what is used stays longest
  }
}

function gather(ids: readonly string[], found: ReadonlyMap<string, Float32Array>): Matrix {
  const columns = found.get(ids[0] ?? '')?.length ?? 0;
  const data = new Float32Array(ids.length * columns);
  ids.forEach((id, i) => data.set(found.get(id) as Float32Array, i * columns));
  return { rows: ids.length, columns, data };
}

/** Merges many small blocks of one encoder, and drops the oldest blocks of all when they are too large together. */
async function tidy(
  root: string,
  directory: string,
  maximum: number,
  signal: AbortSignal,
  watch: Watch,
): Promise<void> {
  const own = (await readdir(directory)).filter((name) => name.endsWith(blockSuffix));
  if (own.length > maximumBlocks) await exclusively(directory, signal, watch, () => merge(directory));
  const files = await listFiles(root);
  const abandoned = files.filter(({ path, age }) => path.endsWith('.draft') && age > abandonedDraftMs);
  await Promise.all(abandoned.map(({ path }) => unlink(path).catch(() => undefined)));
  const blocks = files.filter(({ path }) => path.endsWith(blockSuffix)).sort((a, b) => b.age - a.age);
  let total = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of blocks) {
    if (total <= maximum) break;
    await unlink(path).catch(() => undefined);
    total -= bytes;
  }
}

async function merge(directory: string): Promise<void> {
  const rows = new Map<string, Float32Array>();
  const merged: string[] = [];
  for (const { path, bytes } of await listFiles(directory)) {
    if (!path.endsWith(blockSuffix) || bytes > mergeBytes / 2) continue;
    const name = path.slice(directory.length + 1);
    const block = await readBlock(directory, name);
    if (block === 'missing') continue;
    merged.push(name);
    if (block === 'damaged') continue;
    block.ids.forEach((id, i) => rows.set(id, rowOf(block.vectors, block.width, i)));
  }
  const kept = new Set<string>();
  const ids = [...rows.keys()];
  const width = rows.get(ids[0] ?? '')?.length ?? 0;
  const perBlock = Math.max(1, Math.floor(mergeBytes / (4 * Math.max(1, width))));
  for (let start = 0; start < ids.length; start += perBlock) {
    const part = ids.slice(start, start + perBlock);
    kept.add(await writeBlock(directory, { width, ids: part, vectors: gather(part, rows).data }));
  }
  for (const name of merged) if (!kept.has(name)) await removeBlock(directory, name);
}

interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since it was written or last used. */
  readonly age: number;
}

async function listFiles(directory: string): Promise<readonly FoundFile[]> {
  const names = await readdir(directory, { recursive: true });
  const files = await Promise.all(
    names.map(async (name): Promise<FoundFile | undefined> => {
      const path = join(directory, name);
      const info = await stat(path).catch(() => undefined);
      if (!info?.isFile()) return undefined;
      return { path, bytes: info.size, age: Date.now() - info.mtimeMs };
    }),
  );
  return files.filter((file) => file !== undefined);
}

/** Not `recursive`, which never returns where a link on the way leads nowhere. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
}

function rowOf(data: Float32Array, width: number, i: number): Float32Array {
  return data.subarray(i * width, (i + 1) * width);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
