// The store: what every step gave, by key, and the files themselves, by digest. Everything in it can be made again;
// what it hands out is what was put in, or nothing. Knows no stages and no plans.
import { existsSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, wholeSource } from '../parser/diagnostic.ts';
import type { Action } from './action.ts';
import {
  asDiskFull,
  errorCode,
  readSealed,
  replaceFile,
  seal,
  syncDirectory,
  writeDurably,
  makeFolders,
  renameOver,
} from './durable.ts';
import type { Fault } from './fault.ts';

/** Digests of files, remembered as long as the file does not change. */
export interface Digests {
  /** Throws what the file system says where there is no such file. */
  digest(path: string): string;
}

/** Raised when an older FSL could not read the store any more, or read it wrongly. */
const storeVersion = 1;

export interface Store {
  readonly directory: string;
  /** Keeps what is there; makes the folders. Throws `Failure` (`disk-full`). */
  create(): void;
  action(key: string): Lookup;
  /** The file of an object; whether it is there and whole is another question. */
  objectPath(digest: string): string;
  /** The first file of a result that is not there, or not what it was. */
  flaw(action: Action, digests: Digests): Flaw | undefined;
  /** Objects first, then the action; whoever sees the action sees all of it. Throws `Failure` (`disk-full`). */
  publish(publication: Publication): Promise<void>;
  /** Says that the result has been used now, by somebody of whom no record of a run will tell. What cannot be written is not said. */
  touch(key: string): void;
  /** Forgets an object that proved wrong. */
  discard(digest: string): void;
  path(...names: readonly string[]): string;
}

export type Lookup =
  | { readonly state: 'found'; readonly action: Action }
  | { readonly state: 'missing' }
  /** The record is there but not as it was written. */
  | { readonly state: 'damaged' };

export interface Flaw {
  readonly state: 'missing' | 'corrupt';
  /** Part and name inside the artifact: `train/data.parquet`. */
  readonly path: string;
  readonly digest: string;
}

export interface Publication {
  readonly action: Action;
  readonly files: readonly PublishedFile[];
  /** A private folder inside the store. */
  readonly drafts: string;
  readonly fault: Fault;
}

/** A written and synced file in the attempt's directory that becomes the object of that digest. */
export interface PublishedFile {
  readonly path: string;
  readonly digest: string;
}

export const storeFolders = [
  'actions',
  'objects',
  'attempts',
  'checkpoints',
  'claims',
  'programs',
  'runs',
  'running',
  'cache',
  'gc',
] as const;

/**
 * Opens the store at `directory`, which need not exist as long as nothing is written.
 * Throws `Failure` (`store-version`) for a folder that another version wrote.
 */
export function openStore(directory: string): Store {
  checkVersion(directory);
  const path = (...names: readonly string[]): string => join(directory, ...names);
  const objectPath = (digest: string): string => path('objects', digest.slice(0, 2), digest);
  const actionPath = (key: string): string => path('actions', `${key}.json`);

  return {
    directory,
    path,
    objectPath,
    create: () => createFolders(directory),
    action: (key) => {
      const sealed = readSealed(actionPath(key));
      if (sealed.state !== 'whole') return { state: sealed.state };
      const action = sealed.record as Action; // the checksum says that `publish` wrote it
      return action.key === key ? { state: 'found', action } : { state: 'damaged' };
    },
    flaw: (action, digests) => {
      for (const [part, artifact] of Object.entries(action.outputs)) {
        for (const { name, digest } of artifact.files) {
          const found = digestOrNone(digests, objectPath(digest));
          if (found === digest) continue;
          const path = part === '' ? name : `${part}/${name}`;
          return { state: found === undefined ? 'missing' : 'corrupt', path, digest };
        }
      }
      return undefined;
    },
    publish: async ({ action, files, drafts, fault }) => {
      fault('before-rename');
      const touched = new Set<string>();
      for (const file of files) {
        const target = objectPath(file.digest);
        const shard = dirname(target);
        try {
          if ((await mkdir(shard, { recursive: true })) !== undefined) touched.add(dirname(shard));
          renameOver(file.path, target); // also over an object of that name: these bytes have just been digested
        } catch (error) {
          throw asDiskFull(error, target);
        }
        touched.add(shard);
        if (file !== files.at(-1)) fault('between-objects');
      }
      await Promise.all([...touched].map(syncDirectory));
      fault('between-object-and-action');
      await writeDurably({
        path: actionPath(action.key),
        text: seal(action),
        drafts,
        beforeRename: () => fault('before-action-rename'),
      });
      fault('after-action');
    },
    touch: (key) => {
      const time = new Date();
      try {
        utimesSync(actionPath(key), time, time);
      } catch {
        // a store that is only read
      }
    },
    discard: (digest) => rmSync(objectPath(digest), { force: true }),
  };
}

function checkVersion(directory: string): void {
  const file = join(directory, 'format');
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw unusable(directory, error);
  }
  if (text === String(storeVersion)) return;
  const newer = Number(text) > storeVersion;
  throw new Failure({
    code: 'store-version',
    message: newer
      ? `the store \`${directory}\` was written by a newer version of FSL (format ${text}, this one writes ${storeVersion})`
      : `the store \`${directory}\` has the unknown format \`${text}\`; this version writes ${storeVersion}`,
    span: wholeSource(file),
    hint: newer
      ? 'install a newer fslrun, or use another folder with `--store`'
      : 'use another folder with `--store`, or remove this one: everything in it can be made again',
  });
}

function createFolders(directory: string): void {
  try {
    for (const folder of storeFolders) makeFolders(join(directory, folder));
    if (existsSync(join(directory, 'format'))) return;
    replaceFile(join(directory, '.gitignore'), '*\n');
    replaceFile(join(directory, 'format'), `${storeVersion}\n`); // last: from here on the store is whole
  } catch (error) {
    throw unusable(directory, asDiskFull(error, directory));
  }
}

/** A folder that the system does not let us use, as a problem that says so. */
export function unusable(directory: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  return new Failure({
    code: 'unreadable-file',
    message: `the store \`${directory}\` cannot be used: ${code}`,
    span: wholeSource(directory),
    hint: 'give a folder that can be written with `--store`',
  });
}

function digestOrNone(digests: Digests, path: string): string | undefined {
  try {
    return digests.digest(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES' || code === 'EPERM' || code === undefined) throw unusable(dirname(path), error);
    return code; // a folder, or a disk that does not give the bytes: not what was stored
  }
}
