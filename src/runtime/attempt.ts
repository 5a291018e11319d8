// Private folders for what is being made: one per runner, one inside it per attempt of a step. What a dead runner left is swept.
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asDiskFull, errorCode, makeFolders } from './durable.ts';
import { newNonce } from './nonce.ts';
import { livenessOf, type ProcessIdentity } from '../stages/process-identity.ts';
import { unusable, type Store } from './store.ts';

export interface Attempts {
  /** For drafts of records: goes with the rest when this runner is gone. */
  readonly drafts: string;
  /**
   * Says, before they are looked at, that this runner needs the results of these keys and the objects of these digests: `fslrun gc`
   * leaves them. Throws `Failure` (`disk-full`).
   */
  use(names: readonly string[]): void;
  /** A new empty folder. Throws `Failure` (`disk-full`). */
  open(): string;
  discard(folder: string): Promise<void>;
  /** Removes the folder of this runner and everything in it. */
  close(): Promise<void>;
}

const ownerFile = 'owner.json';
/** One name a line: what the runner uses. */
const usesFile = 'uses';
/** Folders of other machines, and those without an owner, are taken for left behind after this long without a change. */
const abandonedAfterMs = 7 * 24 * 3_600_000;
const draftAbandonedAfterMs = 3_600_000;

export function openAttempts(store: Store, own: ProcessIdentity): Attempts {
  const nonce = newNonce();
  const draft = store.path('attempts', `.draft-${own.pid}-${nonce}`);
  const home = store.path('attempts', `${own.pid}-${own.boot.slice(0, 8)}-${nonce}`);
  try {
    makeFolders(draft);
    writeFileSync(join(draft, ownerFile), JSON.stringify(own));
    renameSync(draft, home); // a folder without an owner is never seen under its name
  } catch (error) {
    throw unusable(store.directory, asDiskFull(error, home));
  }
  let count = 0;
  const used = new Set<string>();
  return {
    drafts: home,
    use: (names) => {
      const fresh = [...new Set(names)].filter((name) => !used.has(name));
      if (fresh.length === 0) return;
      const path = join(home, usesFile);
      try {
        appendFileSync(path, fresh.map((name) => `${name}\n`).join(''));
      } catch (error) {
        throw asDiskFull(error, path);
      }
      for (const name of fresh) used.add(name);
    },
    open: () => {
      count += 1;
      const folder = join(home, String(count));
      try {
        mkdirSync(folder);
      } catch (error) {
        throw asDiskFull(error, folder);
      }
      return folder;
    },
    discard: (folder) => removeTree(folder),
    close: () => removeTree(home),
  };
}

/** Removes what dead runners left; leaves what a living one, or one of another machine, may still use. */
export async function sweepAttempts(store: Store, own: ProcessIdentity, now: number): Promise<void> {
  for (const { folder, abandoned } of listAttempts(store, own, now)) if (abandoned) await removeTree(folder);
}

export interface RunnerFolder {
  readonly folder: string;
  /** Nothing where its runner has just made it, or is long gone. */
  readonly owner: ProcessIdentity | undefined;
  readonly abandoned: boolean;
}

/** The folders of all runners, those of dead ones too. */
export function listAttempts(store: Store, own: ProcessIdentity, now: number): readonly RunnerFolder[] {
  const root = store.path('attempts');
  let names: readonly string[];
  try {
    names = readdirSync(root);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []; // no store yet
    throw unusable(store.directory, error);
  }
  return [...names].sort().map((name) => {
    const folder = join(root, name);
    const owner = readOwner(join(folder, ownerFile));
    return { folder, owner, abandoned: isAbandoned(folder, name, owner, own, now) };
  });
}

/** What the runner of the folder has said that it uses. */
export function usesOf({ folder }: RunnerFolder): readonly string[] {
  try {
    return readFileSync(join(folder, usesFile), 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []; // it has ended, or has not begun
    throw error;
  }
}

function isAbandoned(
  folder: string,
  name: string,
  owner: ProcessIdentity | undefined,
  own: ProcessIdentity,
  now: number,
): boolean {
  const age = now - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? now);
  if (name.startsWith('.draft-')) return age > draftAbandonedAfterMs;
  if (owner === undefined) return true; // what is left of a folder that was swept while an orphan still wrote into it
  const liveness = livenessOf(owner, own);
  return liveness === 'dead' || (liveness === 'unknown' && age > abandonedAfterMs);
}

function readOwner(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity; // written by `openAttempts`
  } catch {
    return undefined;
  }
}

/** A worker that has just lost its runner may still write into it: then the next sweep gets the rest. */
async function removeTree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}
