// Where `fslrun gc` moves what it is about to remove, so that it can look once more whether somebody has begun to use it, and put it
// back. What a gc that was killed left there is put back, too: by the next run or the next gc.
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessIdentity } from '../../stages/process-identity.ts';
import type { Action } from '../action.ts';
import { isClaimed } from '../claim.ts';
import { errorCode, readSealed } from '../durable.ts';
import type { Store } from '../store.ts';
import { rememberRemoved } from './removed-results.ts';

/** The key of the claim that one gc at a time has. */
export const gcClaim = 'gc';

export type Kind = 'actions' | 'objects';

/** `name` is a key or a digest. */
export function trashPath(store: Store, kind: Kind, name: string): string {
  return store.path('gc', 'trash', kind, kind === 'actions' ? `${name}.json` : name);
}

export function storedPath(store: Store, kind: Kind, name: string): string {
  return kind === 'actions' ? store.path('actions', `${name}.json`) : store.objectPath(name);
}

export function openTrash(store: Store): void {
  for (const kind of ['actions', 'objects']) mkdirSync(store.path('gc', 'trash', kind), { recursive: true });
}

export function closeTrash(store: Store): void {
  rmSync(store.path('gc', 'trash'), { recursive: true, force: true });
}

/** Whether it was there. Throws what the file system says. */
export function moveToTrash(store: Store, kind: Kind, name: string): boolean {
  try {
    renameSync(storedPath(store, kind, name), trashPath(store, kind, name));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** A record that was published in the meantime stays. */
export function putBack(store: Store, kind: Kind, name: string): void {
  const from = trashPath(store, kind, name);
  const to = storedPath(store, kind, name);
  mkdirSync(dirname(to), { recursive: true });
  if (kind === 'objects') return renameSync(from, to); // whatever is there has the same contents
  try {
    linkSync(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' && !existsSync(to)) return renameSync(from, to); // no links on this file system
  }
  rmSync(from, { force: true });
}

/** Puts back what a gc that is gone has left; nothing where one is at work. Throws what the file system says. */
export function recoverRemoval(store: Store, own: ProcessIdentity, now: number): void {
  if (!isOwnFolder(store.path('gc')) || !isOwnFolder(store.path('gc', 'trash'))) return;
  if (!isClaimed(store, gcClaim, own, now)) putBackAll(store, now);
}

/** Objects first; a result that has lost some of them by now counts as removed. */
export function putBackAll(store: Store, now: number): void {
  for (const digest of namesIn(store, 'objects')) if (isDigest(digest)) putBack(store, 'objects', digest);
  for (const name of namesIn(store, 'actions')) {
    const key = name.replace(/\.json$/, '');
    if (!isDigest(key)) continue;
    const sealed = readSealed(trashPath(store, 'actions', key));
    const action = sealed.state === 'whole' ? (sealed.record as Action) : undefined; // sealed by `publish`
    if (action !== undefined && isComplete(store, action)) putBack(store, 'actions', key);
    else if (action !== undefined) rememberRemoved(store, action, now, store.path('gc'));
  }
  closeTrash(store);
}

/** By sizes alone: whoever reads them looks at their digests. */
export function isComplete(store: Store, { outputs }: Action): boolean {
  return Object.values(outputs).every(({ files }) =>
    files.every(({ digest, size }) => {
      return statSync(store.objectPath(digest), { throwIfNoEntry: false })?.size === size;
    }),
  );
}

export function isDigest(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

/** A folder, not a link to one. */
export function isOwnFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function namesIn(store: Store, kind: Kind): readonly string[] {
  try {
    return readdirSync(store.path('gc', 'trash', kind));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
