// Where a running stage writes: a private folder, digested as it is written and synced before anybody hears of it.
import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Failure, wholeSource } from '../parser/diagnostic.ts';
import type { Artifact, Output } from '../stages/artifact.ts';
import { sha256 } from './canonical.ts';
import { asDiskFull, errorCode } from './durable.ts';
import type { Fault } from './fault.ts';
import { refuseSecrets } from './secrets.ts';
import { digestStream } from './verified-artifact.ts';
import type { WrittenFile } from './worker-message.ts';

export interface AttemptOutput extends Output {
  /** Syncs everything to the disk, and says what there is. */
  finish(): Promise<readonly WrittenFile[]>;
}

export interface OutputPlace {
  /** A folder of its own; the one above it exists. */
  readonly folder: string;
  /** Where objects of the store lie. */
  readonly objects: string;
  readonly fault: Fault;
  /** What must not be written. */
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
}

export function attemptOutput({ folder, objects, fault, secrets }: OutputPlace): AttemptOutput {
  const files = new Map<string, WrittenFile>();

  /** Names inside an artifact are not names on this disk: whatever they are, they cannot leave the folder. */
  const add = (name: string, digest: string, size: number, stored: boolean): string => {
    if (name === '' || files.has(name)) throw new Error(`an output cannot have a second file \`${name}\``);
    const path = join(folder, String(files.size));
    files.set(name, { name, digest, size, ...(stored ? {} : { path }) });
    return path;
  };

  return {
    write: async (name, contents) => {
      const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
      refuseSecrets(bytes, name, secrets);
      const path = add(name, sha256(bytes), bytes.byteLength, false);
      await onDisk(path, async () => {
        await makeFolder(folder);
        const file = await open(path, 'wx', 0o444);
        try {
          await file.writeFile(bytes);
        } finally {
          await file.close();
        }
      });
      fault('after-write');
    },
    take: async (name, from, source) => {
      const digest = from.digestOf(source);
      const original = await from.path(source);
      const { size } = await stat(original);
      const object = join(objects, digest.slice(0, 2), digest);
      const stored = isInside(original, objects); // of an input, which stays as long as the run
      const path = add(name, digest, size, stored);
      if (stored) return;
      await onDisk(path, () => makeFolder(folder));
      if ((await isWhole(object, digest, size)) && (await linked(object, path))) return;
      await onDisk(path, () =>
        copyFile(original, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE),
      );
      if ((await digestStream(path)) !== digest) throw changed(from, source);
      fault('after-write');
    },
    finish: async () => {
      for (const { path } of files.values()) {
        if (path === undefined) continue;
        fault('before-sync');
        await onDisk(path, async () => {
          const file = await open(path, 'r');
          try {
            await file.sync();
          } finally {
            await file.close();
          }
        });
      }
      return [...files.values()];
    },
  };
}

/** Never the folders above it: a runner that is gone has its attempts swept, and nothing shall bring them back. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

async function onDisk(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw asDiskFull(error, path);
  }
}

/** A second name for an object that no result of this run needs yet: `fslrun gc` may take the first. */
async function linked(object: string, path: string): Promise<boolean> {
  return link(object, path).then(
    () => true,
    () => false, // it is gone, or the file system knows no links: the bytes are copied
  );
}

async function isWhole(object: string, digest: string, size: number): Promise<boolean> {
  try {
    return (await stat(object)).size === size && (await digestStream(object)) === digest;
  } catch {
    return false;
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

function changed(from: Artifact, source: string): Failure {
  const shown = from.display(source);
  return new Failure({
    code: 'changed-during-run',
    message: `\`${shown}\` changed while the step ran`,
    span: wholeSource(shown),
    hint: 'run again once nothing writes to it any more',
  });
}
