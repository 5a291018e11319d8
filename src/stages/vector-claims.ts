// Who is encoding which texts right now: claim files beside the blocks, so that two workers that want the same texts do
// not both encode them. A claim is void once its process is gone. Results never depend on claims, only the work does.
import { randomUUID } from 'node:crypto';
import { open, readFile, readdir, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessIdentity } from './process-identity.ts';
import { hasCode } from './vector-file-errors.ts';
import type { Watch } from './vector-watch.ts';

export interface Claim {
  readonly name: string;
  readonly owner: ProcessIdentity | undefined;
  readonly ids: ReadonlySet<string>;
}

interface ClaimFile {
  /** `undefined` where the file is just being written, or never was. */
  readonly owner: ProcessIdentity | undefined;
  readonly ids: readonly string[];
}

/** Gives up a claim or lock. */
type Release = () => Promise<void>;

const suffix = '.claim';
const lockName = 'lock';
const renewEveryMs = 5_000;

/** The claims of other living workers; those of dead ones are removed. Throws what the file system says. */
export async function readClaims(directory: string, watch: Watch): Promise<readonly Claim[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(suffix));
  const claims = await Promise.all(
    names.map(async (name): Promise<Claim | undefined> => {
      const path = join(directory, name);
      const { owner, ids } = await readClaim(path);
      if (!(await watch.isVoid(path, owner))) return { name, owner, ids: new Set(ids) };
      await unlink(path).catch(() => undefined);
      return undefined;
    }),
  );
  return claims.filter((claim) => claim !== undefined);
}

/** Claims the texts and keeps the claim alive until the returned function is called. Throws what the file system says. */
export function claimTexts(directory: string, ids: readonly string[], watch: Watch): Promise<Release> {
  return hold(join(directory, randomUUID() + suffix), { owner: watch.own, ids });
}

/** Waits until every claim is gone or void. Throws `signal.reason` when aborted, and what the file system says. */
export async function waitForClaims(
  directory: string,
  claims: readonly Claim[],
  signal: AbortSignal,
  watch: Watch,
): Promise<void> {
  const awaited = new Set(claims.map((claim) => claim.name));
  const since = Date.now();
  for (;;) {
    const left = (await readClaims(directory, watch)).find((claim) => awaited.has(claim.name));
    if (left === undefined) return;
    watch.waiting(since, left.owner, 'encoding the same texts');
    await sleep(50, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

/**
 * Runs `work` while no other process does in this directory. A lock left by a dead process is broken; should two workers
 * break it in the same instant, both go on, and at worst a text is encoded twice. Throws what the file system says.
 */
export async function exclusively<T>(
  directory: string,
  signal: AbortSignal,
  watch: Watch,
  work: () => Promise<T>,
): Promise<T> {
  const release = await lock(join(directory, lockName), signal, watch);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function lock(path: string, signal: AbortSignal, watch: Watch): Promise<Release> {
  const since = Date.now();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await hold(path, { owner: watch.own, ids: [] });
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const { owner } = await readClaim(path);
    if (await watch.isVoid(path, owner)) {
      await unlink(path).catch((error: unknown) => {
        if (!hasCode(error, 'ENOENT')) throw error; // nobody can ever have this lock
      });
    } else {
      watch.waiting(since, owner, 'reading the same vectors');
      await sleep(10, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Makes the file, which must not be there, and renews it until the returned function is called. */
async function hold(path: string, contents: ClaimFile): Promise<Release> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(JSON.stringify(contents));
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  const renewal = setInterval(() => {
    const now = new Date();
    void utimes(path, now, now).catch(() => undefined);
  }, renewEveryMs);
  renewal.unref();
  return async () => {
    clearInterval(renewal);
    await unlink(path).catch(() => undefined);
  };
}

async function readClaim(path: string): Promise<ClaimFile> {
  try {
    const { owner, ids } = JSON.parse(await readFile(path, 'utf8')) as Partial<ClaimFile>; // written by `hold`, or not whole
    if (Number.isInteger(owner?.pid) && Array.isArray(ids)) return { owner, ids };
  } catch {
    // says nothing
  }
  return { owner: undefined, ids: [] };
}
