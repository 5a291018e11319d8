import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isClaim, openClaims, type Claims } from '../../src/runtime/claim.ts';
import { livenessOf, ownIdentity, type ProcessIdentity } from '../../src/stages/process-identity.ts';
import type { Store } from '../../src/runtime/store.ts';
import { storeOf } from './rig/run.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

const key = 'a'.repeat(64);
const own = ownIdentity();

interface Rig {
  readonly store: Store;
  clock: number;
  readonly claims: () => Claims;
  /** Writes a claim as another process would have. */
  readonly leave: (owner: ProcessIdentity) => string;
}

function rig(folder: TemporaryFolder): Rig {
  const store = storeOf(folder.path);
  store.create();
  mkdirSync(store.path('attempts/drafts'));
  const made: Rig = {
    store,
    clock: 0,
    claims: () => openClaims(store, store.path('attempts/drafts'), own, () => made.clock),
    leave: (owner) => {
      const path = store.path('claims', `${key}.${owner.host}.json`);
      writeFileSync(path, JSON.stringify({ owner, since: 5 }));
      return path;
    },
  };
  return made;
}

describe('a claim', () => {
  test('is held by one, and free again once released', () => {
    using folder = temporaryFolder();
    const { store, claims } = rig(folder);
    const [a, b] = [claims(), claims()];
    const first = a.take(key);
    if (!isClaim(first)) throw new Error('not free');
    expect(b.take(key)).toMatchObject({ pid: process.pid, host: own.host });
    expect(isClaim(b.take('b'.repeat(64)))).toBe(true);
    first.release();
    expect(isClaim(b.take(key))).toBe(true);
    expect(readdirSync(store.path('claims'))).toHaveLength(2);
  });

  test.each([
    ['a process that ended', { ...own, pid: 2 ** 22 + 1 }],
    ['a process whose number was given anew', { ...own, start: '1' }],
    ['a process before the machine was restarted', { ...own, boot: 'earlier/x' }],
  ])('of %s counts for nothing', (_, owner) => {
    using folder = temporaryFolder();
    const made = rig(folder);
    made.leave(owner);
    expect(isClaim(made.claims().take(key))).toBe(true);
    expect(readdirSync(made.store.path('claims'))).toHaveLength(1);
  });

  test('of another machine holds as long as its heart beats', () => {
    using folder = temporaryFolder();
    const made = rig(folder);
    const claims = made.claims();
    const path = made.leave({ ...own, host: 'elsewhere', boot: 'other/x' });
    const take = (): boolean => isClaim(claims.take(key));
    expect(take()).toBe(false);
    made.clock += 50_000;
    utimesSync(path, 1, 1);
    expect(take()).toBe(false);
    made.clock += 50_000;
    expect(take()).toBe(false);
    made.clock += 15_000;
    expect(take()).toBe(true);
  });

  test('is waited for until it is released, or until the wait is given up', async () => {
    using folder = temporaryFolder();
    const { claims } = rig(folder);
    const [a, b] = [claims(), claims()];
    const held = a.take(key);
    if (!isClaim(held)) throw new Error('not free');
    const stop = new AbortController();
    const given = b.wait(key, stop.signal);
    stop.abort();
    await expect(given).rejects.toThrow();
    const waited = b.wait(key, new AbortController().signal);
    held.release();
    await waited;
    expect(isClaim(b.take(key))).toBe(true);
  });
});

test('a process knows itself', () => {
  expect(livenessOf(own, own)).toBe('alive');
  expect(livenessOf({ ...own, host: 'elsewhere' }, own)).toBe('unknown');
  expect(livenessOf({ ...own, boot: `${own.boot.split('/')[0]}/other container` }, own)).toBe('unknown');
});
