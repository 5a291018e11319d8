// What lies in a folder of the store, without following links: a link may lead to files that are not the store's.
import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../durable.ts';

export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly type: 'file' | 'folder' | 'other';
  readonly size: number;
  /** Milliseconds since the epoch: of the contents, and of the entry. */
  readonly modified: number;
  readonly changed: number;
  /** Other for another file, or after any write. */
  readonly state: string;
}

/** Sorted by name; `other` are links and what is neither file nor folder. Empty where there is no folder; throws what the file system says. */
export function listFolder(folder: string): readonly Entry[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  return [...names].sort().flatMap((name) => {
    const entry = entryAt(join(folder, name), name);
    return entry === undefined ? [] : [entry];
  });
}

/** Bytes and files in a folder and the folders in it. */
export function sizeOfFolder(folder: string): { readonly bytes: number; readonly files: number } {
  let bytes = 0;
  let files = 0;
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const { type, path, size } of listFolder(next)) {
      if (type === 'folder') open.push(path);
      if (type !== 'file') continue;
      bytes += size;
      files += 1;
    }
  return { bytes, files };
}

export function entryAt(path: string, name: string): Entry | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return undefined; // it has gone meanwhile
  return {
    name,
    path,
    type: stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other',
    size: Number(stat.size),
    modified: Number(stat.mtimeMs),
    changed: Number(stat.ctimeMs),
    state: stateOf(stat),
  };
}

function stateOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino}:${size}:${mtimeNs}`;
}
