// sha256 of files, remembered by stat: a file that has not been touched is not read again. Knows nothing of what the files are.
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile, seal, unseal } from './durable.ts';

export interface Digester {
  /** Lowercase hexadecimal. Throws what the file system says where the file cannot be read. */
  digest(path: string): string;
  /** Takes over a digest that the caller has just computed from this very file. */
  note(path: string, digest: string): void;
  forget(path: string): void;
  /** Keeps what is known for the next run. What cannot be written is only slower next time. */
  save(): void;
}

interface Entry {
  readonly state: string;
  readonly digest: string;
}

/** A file changed this shortly before it was looked at may change again without its times showing it. */
const settledAfter = 2000n * 1_000_000n; // 2 s in ns, the coarsest time step of a file system in use
const entriesKept = 50_000;

/** `cacheFile` absent: digests are remembered for this process only. */
export function createDigester(cacheFile: string | undefined): Digester {
  const entries = cacheFile === undefined ? new Map<string, Entry>() : restored(cacheFile);
  let changed = false;

  function remember(path: string, before: FileState, digest: string): void {
    const after = stateOf(path);
    const settled = BigInt(Date.now()) * 1_000_000n - after.touched > settledAfter;
    entries.delete(path); // so that it becomes the newest
    if (settled && after.state === before.state) entries.set(path, { state: after.state, digest });
    changed = true;
  }

  return {
    digest(path) {
      const before = stateOf(path);
      const known = entries.get(path);
      if (known?.state === before.state) return known.digest;
      const digest = digestOfFile(path);
      remember(path, before, digest);
      return digest;
    },
    note(path, digest) {
      remember(path, stateOf(path), digest);
    },
    forget(path) {
      changed = entries.delete(path) || changed;
    },
    save() {
      if (cacheFile === undefined || !changed) return;
      const kept = [...entries].slice(-entriesKept).map(([path, { state, digest }]) => [path, state, digest]);
      try {
        mkdirSync(dirname(cacheFile), { recursive: true });
        replaceFile(cacheFile, seal(kept));
        changed = false;
      } catch {
        // digests are computed again next time
      }
    },
  };
}

function digestOfFile(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  try {
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk))
      hash.update(chunk.subarray(0, length));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

interface FileState {
  readonly state: string;
  /** Latest change of contents or of the entry, in ns since the epoch. */
  readonly touched: bigint;
}

function stateOf(path: string): FileState {
  const { size, mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true });
  return { state: `${size}:${mtimeNs}:${ctimeNs}:${ino}`, touched: mtimeNs > ctimeNs ? mtimeNs : ctimeNs };
}

function restored(cacheFile: string): Map<string, Entry> {
  let record: unknown;
  try {
    record = unseal(readFileSync(cacheFile, 'utf8'));
  } catch {
    record = undefined; // not there yet, or not readable: start anew
  }
  const rows = Array.isArray(record) ? (record as readonly (readonly [string, string, string])[]) : []; // sealed by `save`
  return new Map(rows.map(([path, state, digest]) => [path, { state, digest }]));
}
