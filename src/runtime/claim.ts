// One runner per step, across processes and without locks that outlive anybody: a claim is a file of its own name, and
// holds when, after it was written, no other living claim on the same step is there. Of two that start at once, both
// step back and try again after random delays; the claim of a dead process counts for nothing.
import { readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asDiskFull, errorCode } from './durable.ts';
import { newNonce } from './nonce.ts';
import { livenessOf, type ProcessIdentity } from '../stages/process-identity.ts';
import type { Store } from './store.ts';

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export interface Claims {
  /** The claim, or who has it. */
  take(key: string): Claim | Holder;
  /** Resolves when the claim on `key` may be free or its result may be there. Rejects when aborted. */
  wait(key: string, signal: AbortSignal): Promise<void>;
}

export interface Claim {
  release(): void;
}

export function isClaim(result: Claim | Holder): result is Claim {
  return 'release' in result;
}

interface ClaimFile {
  readonly owner: ProcessIdentity;
  readonly since: number;
}

const heartbeatMs = 5_000;
/** A claim of another machine without a heartbeat for this long, by the waiter's own clock, is void. */
const silentAfterMs = 60_000;
/** Where nobody waits, clocks are all there is. */
const abandonedAfterMs = 3_600_000;

/** `drafts` is a private folder on the store's disk. */
export function openClaims(store: Store, drafts: string, own: ProcessIdentity, now: () => number): Claims {
  /** When, by our clock, the heartbeat of a claim of another machine last changed. */
  const heard = new Map<string, { readonly beat: number; readonly at: number }>();

  return {
    take: (key) => {
      const name = `${key}.${newNonce()}.json`;
      const path = store.path('claims', name);
      const before = rival(key, name);
      if (before !== undefined) return before;
      writeClaim(path, join(drafts, name), { owner: own, since: now() });
      const after = rival(key, name);
      if (after !== undefined) {
        rmSync(path, { force: true });
        return after;
      }
      const heart = setInterval(() => beat(path), heartbeatMs);
      heart.unref();
      return {
        release: () => {
          clearInterval(heart);
          rmSync(path, { force: true });
        },
      };
    },
    wait: async (key, signal) => {
      await sleep(Math.random() * 40, undefined, { signal });
      for (let pause = 20; rival(key, '') !== undefined; pause = Math.min(pause * 1.5, 500)) {
        if (store.action(key).state === 'found') return;
        await sleep(pause, undefined, { signal });
      }
    },
  };

  /** The first living claim of another; what dead ones left is removed. */
  function rival(key: string, ownName: string): Holder | undefined {
    for (const name of readdirSync(store.path('claims')).sort()) {
      if (!name.startsWith(`${key}.`) || name === ownName) continue;
      const path = store.path('claims', name);
      const claim = readClaim(path);
      if (claim === undefined) continue;
      if (!isDead(path, claim)) return { pid: claim.owner.pid, host: claim.owner.host, since: claim.since };
      rmSync(path, { force: true });
    }
    return undefined;
  }

  function isDead(path: string, { owner }: ClaimFile): boolean {
    const liveness = livenessOf(owner, own);
    if (liveness !== 'unknown') return liveness === 'dead';
    const beat = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const last = heard.get(path);
    if (last?.beat !== beat) heard.set(path, { beat, at: now() });
    return last?.beat === beat && now() - last.at > silentAfterMs;
  }
}

/** Removes the claims of dead processes of this machine; those of others are judged when they are in the way. */
export function sweepClaims(store: Store, own: ProcessIdentity): void {
  for (const path of deadClaims(store, own)) rmSync(path, { force: true });
}

export function deadClaims(store: Store, own: ProcessIdentity): readonly string[] {
  return claimPaths(store).filter((path) => {
    const claim = readClaim(path);
    return claim !== undefined && livenessOf(claim.owner, own) === 'dead';
  });
}

/** Whether a process is at work on the key, as far as that shows without waiting for a heartbeat. */
export function isClaimed(store: Store, key: string, own: ProcessIdentity, now: number): boolean {
  return claimPaths(store).some((path) => {
    const claim = basename(path).startsWith(`${key}.`) ? readClaim(path) : undefined;
    if (claim === undefined) return false;
    const liveness = livenessOf(claim.owner, own);
    const beat = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return liveness === 'alive' || (liveness === 'unknown' && now - beat < abandonedAfterMs);
  });
}

function claimPaths(store: Store): readonly string[] {
  return namesOf(store.path('claims')).map((name) => store.path('claims', name));
}

function namesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []; // no store yet
    throw error;
  }
}

function beat(path: string): void {
  try {
    const time = new Date();
    utimesSync(path, time, time);
  } catch {
    // the store may be gone; the step will say so
  }
}

function writeClaim(path: string, draft: string, claim: ClaimFile): void {
  try {
    writeFileSync(draft, JSON.stringify(claim), { flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw asDiskFull(error, path);
  }
}

function readClaim(path: string): ClaimFile | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ClaimFile; // renamed into place as a whole by `writeClaim`
  } catch {
    return undefined; // released meanwhile
  }
}
