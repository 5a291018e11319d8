// What `fslrun gc` has removed, by key: without the contents, but with what a result was made from, so that plans, `show` and
// `diff` can still speak of it. Losing one of these records costs words only.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import type { Action } from '../action.ts';
import { bytesOf } from '../action.ts';
import { readSealed, replaceFile, seal } from '../durable.ts';
import type { KeyParts } from '../key.ts';
import type { Reason } from '../plan.ts';
import type { Store } from '../store.ts';

export interface RemovedResult {
  readonly version: 1;
  readonly key: string;
  readonly parts: KeyParts;
  /** What it took to make it. */
  readonly seconds: number;
  /** Of its files. */
  readonly bytes: number;
  /** When it was made, and when it was removed, in milliseconds since the epoch. */
  readonly made: number;
  readonly removed: number;
}

/** Nothing where the result was never removed, or is there again. */
export function removedResult(store: Store, key: string): RemovedResult | undefined {
  const sealed = readSealed(recordPath(store, key));
  if (sealed.state !== 'whole' || store.action(key).state === 'found') return undefined;
  return sealed.record as RemovedResult; // sealed by `rememberRemoved`
}

/** As a reason of a plan has it. */
export interface RemovedBy {
  readonly by: 'gc';
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export function removedBy({ removed }: RemovedResult): RemovedBy {
  return { by: 'gc', time: removed };
}

/** What a reason says of a removed result. */
export function removalOf({ code, after }: Reason): RemovedBy | undefined {
  return code === 'output_missing' && after !== undefined ? (after as RemovedBy) : undefined; // set by the plan
}

/** Of keys, those whose results `fslrun gc` has removed. Looks at no record where none was removed ever. */
export function removedAmong(store: Store): (keys: readonly string[]) => readonly string[] {
  const all = new Set(removedKeys(store));
  return (keys) => keys.filter((key) => all.has(key) && store.action(key).state !== 'found');
}

export function removedKeys(store: Store): readonly string[] {
  try {
    const names = readdirSync(store.path('gc', 'removed'));
    return names.filter((name) => /^[0-9a-f]{64}\.json$/.test(name)).map((name) => name.slice(0, 64));
  } catch {
    return []; // nothing was removed
  }
}

/** Throws `Failure` (`disk-full`). */
export function rememberRemoved(store: Store, action: Action, removed: number, drafts: string): void {
  const { key, parts, seconds, time } = action;
  const record: RemovedResult = {
    version: 1,
    key,
    parts,
    seconds,
    bytes: bytesOf(action),
    made: time,
    removed,
  };
  mkdirSync(store.path('gc', 'removed'), { recursive: true });
  replaceFile(recordPath(store, key), seal(record), drafts);
}

export function forgetRemoved(store: Store, key: string): void {
  rmSync(recordPath(store, key), { force: true });
}

function recordPath(store: Store, key: string): string {
  return store.path('gc', 'removed', `${key}.json`);
}
