// Private folders for what is being made: one per runner, one inside it per attempt of a step. What a dead runner left is swept.
import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asDiskFull, makeFolders } from './durable.ts';
import { newNonce } from './nonce.ts';
import { livenessOf, type ProcessIdentity } from '../stages/process-identity.ts';
import { unusable, type Store } from './store.ts';

export interface Attempts {
  /** For drafts of records: goes with the rest when this runner is gone. */
  readonly drafts: string;
  /** A new empty folder. Throws `Failure` (`disk-full`). */
  open(): string;
  discard(folder: string): Promise<void>;
  /** Removes the folder of this runner and everything in it. */
  close(): Promise<void>;
}

const ownerFile = 'owner.json';
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
  return {
    drafts: home,
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
  const root = store.path('attempts');
  let names: readonly string[];
  try {
    names = readdirSync(root);
  } catch (error) {
    throw unusable(store.directory, error);
  }
  for (const name of names) {
    const folder = join(root, name);
    if (isAbandoned(folder, name, own, now)) await removeTree(folder);
  }
}

function isAbandoned(folder: string, name: string, own: ProcessIdentity, now: number): boolean {
  const age = now - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? now);
  if (name.startsWith('.draft-')) return age > draftAbandonedAfterMs;
  const owner = readOwner(join(folder, ownerFile));
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
