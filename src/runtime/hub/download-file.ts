// One file from the hub into a blob of the cache: goes on where an earlier attempt ended, and is believed only when size and digest are
// those that the hub lists. A kill at any moment leaves a part that the next attempt continues.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silence, type HubAccess } from './hub-access.ts';
import type { HubFile } from './hub-cache.ts';
import { HubError } from './hub-error.ts';

export interface Download {
  readonly access: HubAccess;
  readonly url: string;
  readonly file: HubFile;
  /** Where it shall be. */
  readonly blob: string;
  readonly signal: AbortSignal;
  /** Bytes of this file that are there. */
  readonly progress: (done: number) => void;
  /** Waits between attempts, in milliseconds; as many attempts more. */
  readonly pauses?: readonly number[];
}

const usualPauses = [500, 1000, 2000, 4000, 8000]; // ms

/** Throws `HubError` where the file cannot be had, `signal.reason` when stopped; the part that is there stays. */
export async function downloadFile(download: Download): Promise<void> {
  const { blob, file, signal, pauses = usualPauses } = download;
  await mkdir(dirname(blob), { recursive: true });
  const part = `${blob}.incomplete`;
  let wrong = 0;
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted();
    const failure = await attemptDownload(download, part);
    if (failure === undefined) {
      if (await isRight(part, file)) {
        await rename(part, blob);
        return;
      }
      await rm(part, { force: true });
      wrong += 1;
      // Once may be what an older attempt had left; twice is what the hub sends.
      if (wrong === 2)
        throw new HubError(
          `\`${file.path}\` comes with other contents than the hub lists`,
          'try again later; a mirror of `HF_ENDPOINT` may be out of date',
        );
      continue;
    }
    signal.throwIfAborted();
    const pause = pauses[attempt - wrong];
    if (failure.final || pause === undefined) throw failure.error;
    await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

interface Attempt {
  /** Whether another attempt would end the same way. */
  readonly final: boolean;
  readonly error: unknown;
}

/** Nothing when as many bytes are there as the file should have. */
async function attemptDownload(
  { access, url, file, signal, progress }: Download,
  part: string,
): Promise<Attempt | undefined> {
  let done = await sizeOf(part);
  if (done > file.size) {
    await rm(part, { force: true });
    done = 0;
  }
  progress(done);
  if (file.size === 0) {
    await (await open(part, 'w')).close();
    return undefined;
  }
  if (done === file.size) return undefined;
  const dead = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => dead.abort(new Error(`nothing came for ${silence / 1000} s`)), silence);
  };
  try {
    alive();
    const whole = { 'accept-encoding': 'identity' }; // places of a compressed file mean nothing
    const headers = done === 0 ? whole : { ...whole, range: `bytes=${done}-` };
    const response = await access.fetch(url, { headers, signal: dead.signal });
    if (!response.ok || response.body === null) {
      const { status } = response;
      await response.body?.cancel();
      const error = Object.assign(new Error(`status ${status}`), { statusCode: status });
      return { final: status >= 400 && status < 500 && status !== 408 && status !== 429, error };
    }
    const range = response.headers.get('content-range') ?? '';
    const resumed = response.status === 206 && range.startsWith(`bytes ${done}-`);
    if (!resumed) done = 0; // the server sends the whole file
    const handle = await open(part, resumed ? 'a' : 'w');
    try {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        signal.throwIfAborted();
        alive();
        await handle.writeFile(chunk);
        done += chunk.byteLength;
        if (done > file.size) break;
        progress(done);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (done >= file.size) return undefined;
    return { final: false, error: new Error(`the connection ended after ${done} of ${file.size} bytes`) };
  } catch (error) {
    return { final: false, error: dead.signal.aborted ? dead.signal.reason : error };
  } finally {
    clearTimeout(timer);
  }
}

async function isRight(path: string, { size, digest }: HubFile): Promise<boolean> {
  if ((await sizeOf(path)) !== size) return false;
  const hash: Hash = createHash(digest.kind === 'git' ? 'sha1' : 'sha256');
  if (digest.kind === 'git') hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex') === digest.hex;
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
