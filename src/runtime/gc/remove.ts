// Removes what was chosen, one batch after the other, until it is done or somebody presses Ctrl-C.
import { lstatSync, rmSync } from 'node:fs';
import { basename, relative, sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { ProcessIdentity } from '../../stages/process-identity.ts';
import { isClaimed } from '../claim.ts';
import { errorCode } from '../durable.ts';
import type { Fault } from '../fault.ts';
import type { Store } from '../store.ts';
import { bytesOfRemoval, type Removal } from './choose.ts';
import type { Inventory } from './inventory.ts';
import type { Uses } from './last-uses.ts';
import { removeKept, type Kept } from './remove-kept.ts';

export interface Removing {
  readonly store: Store;
  readonly own: ProcessIdentity;
  readonly inventory: Inventory;
  readonly uses: Uses;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly fault: Fault;
  /** A private folder on the store's disk. */
  readonly drafts: string;
  /** Of results that have been removed. */
  readonly gone: Set<string>;
  /** Told of every path that the system does not let go; anything but an error of the system is thrown. */
  readonly fail: (path: string, error: unknown) => void;
}

export interface Removed {
  readonly done: readonly Removal[];
  /** Came into use meanwhile, and stays. */
  readonly spared: readonly Removal[];
  /** Seen from the store. */
  readonly failed: readonly { readonly path: string; readonly code: string }[];
  readonly bytes: number;
  readonly interrupted: boolean;
}

export type Fate = 'done' | 'spared' | 'failed';

/** Records and objects that are out of the way at the same time, at most. */
const batchSize = 500;

/** The claim on `gcClaim` is held. Throws what the file system says where nothing at all can be removed. */
export async function removeChosen(
  removals: readonly Removal[],
  settings: Omit<Removing, 'gone' | 'fail'>,
): Promise<Removed> {
  const { store, signal } = settings;
  const failed: { path: string; code: string }[] = [];
  const removing: Removing = {
    ...settings,
    gone: new Set(),
    fail: (path, error) => {
      const code = errorCode(error);
      if (code === undefined) throw error;
      failed.push({ path: relative(store.directory, path).split(sep).join('/'), code });
    },
  };
  const done: Removal[] = [];
  const spared: Removal[] = [];
  let rest = removals;
  while (rest.length > 0 && !signal.aborted) {
    const batch = firstBatch(rest);
    rest = rest.slice(batch.length);
    const kept = removeKept(
      batch.filter((removal): removal is Kept => removal.type !== 'loose'),
      removing,
    );
    for (const removal of batch) {
      const fate = removal.type === 'loose' ? removeLoose(removal, removing) : kept.get(removal);
      if (fate === 'done') done.push(removal);
      if (fate === 'spared') spared.push(removal);
    }
    await breathe(); // Ctrl-C is heard
  }
  const bytes = done.reduce((sum, removal) => sum + bytesOfRemoval(removal), 0);
  return { done, spared, failed, bytes, interrupted: rest.length > 0 };
}

function firstBatch(removals: readonly Removal[]): readonly Removal[] {
  let weight = 0;
  const end = removals.findIndex((removal) => {
    weight += removal.type === 'result' ? 1 + removal.digests.length : 1;
    return weight > batchSize;
  });
  return end === -1 ? removals : removals.slice(0, Math.max(1, end));
}

function removeLoose(
  { item: { kind, path, used, garbage } }: Extract<Removal, { type: 'loose' }>,
  { store, own, now, fail }: Removing,
): Fate {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return 'spared'; // somebody else has dealt with it
    if (kind === 'checkpoint' && isClaimed(store, basename(path), own, now())) return 'spared';
    if (garbage === undefined && stat.mtimeMs > used + 1) return 'spared'; // used meanwhile
    rmSync(path, { recursive: true, force: true });
    return 'done';
  } catch (error) {
    fail(path, error);
    return 'failed';
  }
}
