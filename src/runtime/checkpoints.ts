// How far a step had come when its worker was stopped, killed or lost: files under the key of the step, read by the next attempt at
// the same key. The name of a file has the digest of its contents, so a torn or damaged one is never believed. Losing one costs time only.
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Checkpoint } from '../stages/checkpoint.ts';
import { sha256 } from './canonical.ts';
import { errorCode, makeFolders, renameOver, syncDirectory } from './durable.ts';
import { newNonce } from './nonce.ts';
import type { Store } from './store.ts';

export interface CheckpointPlace {
  /** Of the step's key; made by the first file. The store is there. */
  readonly folder: string;
  /** A private folder on the same disk, where files are made. */
  readonly drafts: string;
  /** Seconds between two checkpoints. */
  readonly every: number;
  /** Once it aborts nobody waits for the disk any more: what is lost in a power cut after that is no more than time. */
  readonly signal: AbortSignal;
  note(message: string): void;
  /** Told once somebody has asked for what was kept, and so will keep more. */
  used(): void;
}

const suffix = '.safetensors';
/** Node.js reads no larger file at once. */
const mostBytes = 2 ** 31 - 1;
const abandonedAfterMs = 7 * 24 * 3_600_000;
const mostBytesInAll = 8e9;

export function openCheckpoint(name: string, place: CheckpointPlace): Checkpoint {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) throw new Error(`\`${name}\` is no name for a checkpoint`);
  let told = false;
  const tell = (problem: string): void => {
    if (!told)
      place.note(
        `no checkpoint could be kept: ${problem}; if the run is stopped, this step loses more than usual`,
      );
    told = true;
  };

  return {
    every: place.every,
    load: async () => {
      place.used();
      for (const file of filesOf(place.folder, name)) {
        const bytes = await readFile(file.path).catch(() => undefined);
        if (bytes !== undefined && sha256(bytes) === file.digest) return bytes;
        rmSync(file.path, { force: true });
      }
      return undefined;
    },
    save: async (pieces) => {
      const size = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (size > mostBytes) return tell(`${(size / 1e9).toFixed(1)} GB are more than one can have`);
      const draft = join(place.drafts, `.checkpoint-${newNonce()}`);
      try {
        const older = filesOf(place.folder, name);
        const digest = await writePieces(draft, pieces, place);
        const path = join(place.folder, `${name}.${digest}${suffix}`);
        moveInto(draft, path);
        if (!place.signal.aborted) await syncDirectory(place.folder);
        for (const file of older) if (file.digest !== digest) rmSync(file.path, { force: true });
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        const code = errorCode(error);
        if (code === undefined) throw error;
        tell(code === 'ENOSPC' || code === 'EDQUOT' ? 'there is no room left on the disk' : `${code}`);
      }
    },
  };
}

export function checkpointFolder(store: Store, key: string): string {
  return store.path('checkpoints', key);
}

/** Whether an attempt has left any; whether they are whole shows when they are read. */
export function hasCheckpoint(store: Store, key: string): boolean {
  return namesIn(checkpointFolder(store, key)).length > 0;
}

/** The step's result is there: nobody needs them any more. */
export async function dropCheckpoints(store: Store, key: string): Promise<void> {
  await rm(checkpointFolder(store, key), { recursive: true, force: true }).catch(() => undefined);
}

/** Removes those that nobody came back for, and the oldest where all together take too much room. */
export function sweepCheckpoints(store: Store, now: number, mostInAll = mostBytesInAll): void {
  for (const folder of abandonedCheckpoints(store, now, mostInAll))
    rmSync(folder, { recursive: true, force: true });
}

/** Their folders. */
export function abandonedCheckpoints(
  store: Store,
  now: number,
  mostInAll = mostBytesInAll,
): readonly string[] {
  const steps = namesIn(store.path('checkpoints')).map((key) => {
    const folder = checkpointFolder(store, key);
    const files = namesIn(folder).map((name) => statSync(join(folder, name), { throwIfNoEntry: false }));
    const time = Math.max(statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? now, 0);
    return { folder, time, bytes: files.reduce((sum, file) => sum + (file?.size ?? 0), 0) };
  });
  let kept = 0;
  return steps
    .sort((a, b) => b.time - a.time)
    .filter(({ time, bytes }) => {
      kept += bytes;
      return now - time > abandonedAfterMs || kept > mostInAll;
    })
    .map(({ folder }) => folder);
}

/** Gives the digest of what it wrote. */
async function writePieces(
  path: string,
  pieces: readonly Uint8Array[],
  { signal }: CheckpointPlace,
): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    for (const piece of pieces) {
      const written = writeAll(file, piece);
      hash.update(piece); // meanwhile
      await written;
    }
    if (!signal.aborted) await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** One call writes 2 GB at most, and may write less than it was given. */
async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.byteLength;) at += (await file.write(piece, at)).bytesWritten;
}

/** The folder may be missing, or be swept by another runner at this moment. */
function moveInto(draft: string, path: string): void {
  makeFolders(dirname(path));
  renameOver(draft, path);
}

interface CheckpointFile {
  readonly path: string;
  readonly digest: string;
}

/** The newest first. */
function filesOf(folder: string, name: string): readonly CheckpointFile[] {
  return namesIn(folder)
    .filter((file) => file.startsWith(`${name}.`) && file.endsWith(suffix))
    .map((file) => {
      const path = join(folder, file);
      const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      return { path, time, digest: file.slice(name.length + 1, -suffix.length) };
    })
    .sort((a, b) => b.time - a.time);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was kept
  }
}
