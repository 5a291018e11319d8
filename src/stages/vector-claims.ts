// Who is encoding which texts right now: claim files beside the blocks, so that two workers that want the same texts do
// not both encode them. A claim is void once its process is gone. Results never depend on claims, only the work does.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Claim {
  readonly name: string;
  readonly ids: ReadonlySet<string>;
}

interface ClaimFile {
  readonly pid: number;
  readonly host: string;
  readonly ids: readonly string[];
}

const suffix = '.claim';
const lockName = 'lock';
/** A claim or lock that was not renewed for this long is void, whoever made it. */
const voidAfterMs = 120_000;
const renewEveryMs = 15_000;

/** The claims of other living workers; those of dead ones are removed. */
export async function readClaims(directory: string): Promise<readonly Claim[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(suffix));
  const claims = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const file = await readClaim(path);
      if (file === undefined) return undefined;
      if (await isAlive(path, file)) return { name, ids: new Set(file.ids) };
      await unlink(path).catch(() => undefined);
      return undefined;
    }),
  );
  return claims.filter((claim) => claim !== undefined);
}

/** Claims the texts and keeps the claim alive until the returned function is called. */
export async function claimTexts(directory: string, ids: readonly string[]): Promise<() => Promise<void>> {
  const path = join(directory, randomUUID() + suffix);
  const file: ClaimFile = { pid: process.pid, host: hostname(), ids };
  await writeFile(path, JSON.stringify(file), { flag: 'wx' });
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

/** Waits until every claim is gone or void. Throws `signal.reason` when aborted. */
export async function waitForClaims(
  directory: string,
  claims: readonly Claim[],
  signal: AbortSignal,
): Promise<void> {
  const awaited = new Set(claims.map((claim) => claim.name));
  for (;;) {
    const open = await readClaims(directory);
    if (!open.some((claim) => awaited.has(claim.name))) return;
    await sleep(50, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

/**
 * Runs `work` while no other process does in this directory. A lock left by a dead process is broken; should two workers
 * break it in the same instant, both go on, and at worst a text is encoded twice.
 */
export async function exclusively<T>(
  directory: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(directory, lockName);
  await mkdir(directory, { recursive: true });
  while (!(await tryLock(path))) {
    signal.throwIfAborted();
    const holder = await readClaim(path);
    if (holder !== undefined && !(await isAlive(path, holder))) await unlink(path).catch(() => undefined);
    else await sleep(10, undefined, { signal }).catch(() => undefined);
  }
  try {
    return await work();
  } finally {
    await unlink(path).catch(() => undefined);
  }
}

async function tryLock(path: string): Promise<boolean> {
  const file: ClaimFile = { pid: process.pid, host: hostname(), ids: [] };
  try {
    await writeFile(path, JSON.stringify(file), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A file that is just being written reads as empty: then its writer is unknown, and only its age counts. */
async function readClaim(path: string): Promise<ClaimFile | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as ClaimFile; // written by this module
  } catch {
    return { pid: 0, host: '', ids: [] };
  }
}

async function isAlive(path: string, { pid, host }: ClaimFile): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return false;
  if (Date.now() - info.mtimeMs > voidAfterMs) return false;
  return host !== hostname() || processExists(pid);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
