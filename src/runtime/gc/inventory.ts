// Everything that lies in a store, as `fslrun gc` judges it. Reads; judges and changes nothing.
import { statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { ProcessIdentity } from '../../stages/process-identity.ts';
import type { Action } from '../action.ts';
import { storeFolders, type Store } from '../store.ts';
import { listFolder, type Entry } from './list-folder.ts';
import { looseItems, type LooseItem } from './loose-items.ts';
import { isDigest, isOwnFolder } from './trash.ts';

export interface Inventory {
  /** By key. */
  readonly results: ReadonlyMap<string, StoredResult>;
  /** By digest. */
  readonly objects: ReadonlyMap<string, Entry>;
  /** Records that are not as they were written. */
  readonly damaged: readonly Entry[];
  readonly loose: readonly LooseItem[];
  /** Bytes of all files. */
  readonly size: number;
  /** Names of what is not the store's, seen from it: links, files that FSL does not write. */
  readonly foreign: readonly string[];
}

export interface StoredResult {
  readonly key: string;
  readonly kind: string;
  /** What it took to make it. */
  readonly seconds: number;
  /** When it was made, or its record was last touched, in milliseconds since the epoch. */
  readonly used: number;
  readonly record: Entry;
  /** Digests, each once. */
  readonly objects: readonly string[];
  /** Bytes of all its objects, those that others share too. */
  readonly bytes: number;
  /** Digests of what it consists of, and of what it was made from, as artifacts. */
  readonly gives: readonly string[];
  readonly reads: readonly string[];
  /** Whether all its objects are there. */
  readonly complete: boolean;
  /** It lies where a link leads, and stays. */
  readonly linked: boolean;
}

/** Throws what the file system says. */
export async function takeInventory(store: Store, own: ProcessIdentity, now: number): Promise<Inventory> {
  const foreign: string[] = [];
  const linked = folders.filter((folder) => !isOwnFolder(store.path(folder)));
  for (const folder of linked)
    if (statSync(store.path(folder), { throwIfNoEntry: false })) foreign.push(folder);
  const elsewhere = linked.includes('actions') || linked.includes('objects');
  const objects = isOwnFolder(store.path('objects')) ? listObjects(store, foreign) : new Map<string, Entry>();
  const results = new Map<string, StoredResult>();
  const damaged: Entry[] = [];
  for (const [i, entry] of listFolder(store.path('actions')).entries()) {
    const key = entry.name.replace(/\.json$/, '');
    if (!isDigest(key) || entry.name === key) {
      if (!entry.name.startsWith('.draft-')) foreign.push(`actions/${entry.name}`);
      continue;
    }
    if (entry.type !== 'file') foreign.push(`actions/${entry.name}`);
    const found = store.action(key);
    const fixed = elsewhere || entry.type !== 'file';
    if (found.state === 'found')
      results.set(key, { ...storedResult(store, found.action, entry, objects), linked: fixed });
    else if (found.state === 'damaged' && !fixed) damaged.push(entry);
    if (i % 256 === 255) await breathe(); // Ctrl-C is heard
  }
  const size = [...objects.values()].reduce((sum, one) => sum + one.size, sizeOfRest(store));
  return { results, objects, damaged, loose: looseItems(store, own, now), size, foreign };
}

/** Records of programs and runs all stay. */
const folders = storeFolders.filter((folder) => folder !== 'programs' && folder !== 'runs');

function listObjects(store: Store, foreign: string[]): Map<string, Entry> {
  const objects = new Map<string, Entry>();
  const strange = (path: string): void =>
    void foreign.push(relative(store.directory, path).split(sep).join('/'));
  for (const shard of listFolder(store.path('objects'))) {
    if (shard.type !== 'folder' || !/^[0-9a-f]{2}$/.test(shard.name)) {
      strange(shard.path);
      continue;
    }
    for (const entry of listFolder(shard.path)) {
      if (entry.type === 'file' && isDigest(entry.name) && entry.name.startsWith(shard.name))
        objects.set(entry.name, entry);
      else strange(entry.path);
    }
  }
  return objects;
}

function storedResult(
  store: Store,
  { key, parts, outputs, seconds, time }: Action,
  record: Entry,
  objects: ReadonlyMap<string, Entry>,
): Omit<StoredResult, 'linked'> {
  const artifacts = Object.values(outputs);
  const files = new Map(
    artifacts.flatMap(({ files: some }) => some.map(({ digest, size }) => [digest, size])),
  );
  return {
    key,
    kind: parts.kind,
    seconds,
    used: Math.max(time, record.modified),
    record,
    objects: [...files.keys()],
    bytes: [...files.values()].reduce((sum, size) => sum + size, 0),
    gives: artifacts.map(({ digest }) => digest),
    reads: artifactsIn(parts.inputs),
    complete: [...files].every(([digest, size]) => {
      const found = objects.get(digest) ?? statSync(store.objectPath(digest), { throwIfNoEntry: false });
      return found?.size === size;
    }),
  };
}

/** Every artifact that an input names, however deep among its members. */
function artifactsIn(contents: unknown): readonly string[] {
  if (typeof contents !== 'object' || contents === null) return [];
  const own = 'artifact' in contents && typeof contents.artifact === 'string' ? [contents.artifact] : [];
  return [...own, ...Object.values(contents).flatMap(artifactsIn)];
}

/** Of all files but objects. */
function sizeOfRest(store: Store): number {
  let size = 0;
  const open = listFolder(store.directory).filter(({ name }) => name !== 'objects');
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === 'file') size += next.size;
    if (next.type === 'folder') open.push(...listFolder(next.path));
  }
  return size;
}
