// One step at a time on a device, across all processes of the machine. The lock is a socket that listens: it goes with its process, however that ends,
// and whoever waits is connected to it, so that the end is news and not a question to ask again and again.
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DeviceLock {
  release(): Promise<void>;
}

/** `waiting` is called once where another process has the device. Rejects with the signal's reason. */
export async function lockDevice(
  name: string,
  waiting: () => void,
  signal: AbortSignal,
): Promise<DeviceLock> {
  const path = socketPath(name);
  for (let told = false; ;) {
    signal.throwIfAborted();
    const lock = await listening(path);
    if (lock !== undefined) return lock;
    if (!told) waiting();
    told = true;
    signal.throwIfAborted();
    if (!(await untilFree(path, signal))) {
      // Nobody listens: left behind by a process that was killed, where sockets are files.
      if (!path.startsWith('\0')) rmSync(path, { force: true });
      await sleep(5 + Math.random() * 20, undefined, { signal });
    }
  }
}

/** On Linux a name without a file, on Windows a pipe: both are gone with their process. */
function socketPath(name: string): string {
  switch (process.platform) {
    case 'linux':
      return `\0fslrun-${name}`;
    case 'win32':
      return `\\\\.\\pipe\\fslrun-${name}`;
    default:
      return join(tmpdir(), `fslrun-${name}.socket`);
  }
}

async function listening(path: string): Promise<DeviceLock | undefined> {
  const visitors = new Set<Socket>();
  const server = createServer((visitor) => {
    visitors.add(visitor);
    visitor.on('error', () => undefined).on('close', () => visitors.delete(visitor));
    visitor.unref();
  });
  server.unref(); // never what keeps a process alive
  const release = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const visitor of visitors) visitor.destroy(); // tells those who wait
    });
  };
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if ('code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve({ release }));
  });
}

/** Resolves when the holder is gone; to false where there was none. */
async function untilFree(path: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let met = false;
    const visitor = connect(path, () => (met = true));
    const abort = (): void => {
      visitor.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    visitor.on('error', () => undefined);
    visitor.resume();
    visitor.on('close', () => {
      signal.removeEventListener('abort', abort);
      resolve(met);
    });
  });
}
