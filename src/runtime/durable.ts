// Files that are there as a whole or not at all, also after a power cut, and records that show every flipped bit.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, wholeSource } from '../parser/diagnostic.ts';
import { sha256 } from './canonical.ts';

export interface DurableWrite {
  readonly path: string;
  readonly text: string;
  /** A private folder on the same disk, where the file is made. */
  readonly drafts: string;
  /** Whose permissions, and where that is allowed whose owner, the file gets. */
  readonly like?: { readonly mode: number; readonly uid: number; readonly gid: number };
  readonly beforeRename?: () => void;
}

/** Writes, syncs and renames; readers see the old file or the new one. Throws `Failure` (`disk-full`). */
export async function writeDurably({ path, text, drafts, like, beforeRename }: DurableWrite): Promise<void> {
  const draft = draftIn(drafts);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(text);
      if (like !== undefined) {
        await file.chown(like.uid, like.gid).catch(() => undefined);
        await file.chmod(like.mode & 0o7777);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    beforeRename?.();
    renameOver(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw asDiskFull(error, path);
  }
  await syncDirectory(dirname(path));
}

/** The same without waiting for the disk: for what can be lost without harm. */
export function replaceFile(path: string, text: string, drafts = dirname(path)): void {
  const draft = draftIn(drafts);
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    renameOver(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw asDiskFull(error, path);
  }
}

/** Takes the place of whatever is there, a folder that somebody put in the way of a record included. */
export function renameOver(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!['EISDIR', 'ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
    rmSync(to, { recursive: true, force: true });
    renameSync(from, to);
  }
}

/**
 * Makes a folder and those above it. Level by level, because Node's own `recursive` never returns where a parent is there
 * but the system denies it (`/proc/x`).
 */
export function makeFolders(directory: string): void {
  const missing = makeFolder(directory);
  if (missing === undefined) return;
  const parent = dirname(directory);
  if (!existsSync(parent)) makeFolders(parent);
  // Another runner may have made either in the meantime.
  if (makeFolder(directory) !== undefined) throw missing;
}

/** The error where the folder above is missing; nothing where the folder is there now. */
function makeFolder(directory: string): Error | undefined {
  try {
    mkdirSync(directory);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST' && statSync(directory).isDirectory()) return undefined;
    if (code === 'ENOENT' && error instanceof Error) return error;
    throw error;
  }
  return undefined;
}

/** Makes the names in a directory outlast a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined); // not possible on every system
  if (handle === undefined) return;
  try {
    await handle.sync();
  } catch {
    // file systems that cannot sync a directory order renames themselves
  } finally {
    await handle.close();
  }
}

const sealed = /^\{"checksum":"([0-9a-f]{64})","record":/;
const prefixLength = '{"checksum":"","record":'.length + 64;

/** JSON that carries its own checksum. */
export function seal(record: unknown): string {
  const text = JSON.stringify(record);
  return `{"checksum":"${sha256(text)}","record":${text}}\n`;
}

/** What was sealed; `undefined` where one bit of the text is not as it was written. */
export function unseal(text: string): unknown {
  const checksum = sealed.exec(text)?.[1];
  if (checksum === undefined || !text.endsWith('}\n')) return undefined;
  const record = text.slice(prefixLength, -2);
  return sha256(record) === checksum ? JSON.parse(record) : undefined;
}

export type Sealed =
  { readonly state: 'whole'; readonly record: unknown } | { readonly state: 'missing' | 'damaged' };

/** Reads a sealed file; the caller knows the type of what it sealed. */
export function readSealed(path: string): Sealed {
  const text = readText(path);
  if (text === undefined) return { state: 'missing' };
  const record = unseal(text);
  return record === undefined ? { state: 'damaged' } : { state: 'whole', record };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // A folder in its place is a damaged record, and damaged records are as good as none.
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A full disk or quota as a `Failure`; any other error as it was. */
export function asDiskFull(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new Failure({
    code: 'disk-full',
    message: `there is no room left on the disk for \`${path}\``,
    span: wholeSource(path),
    hint: 'free some space, for example with `fslrun gc`, or use another folder with `--store`, and run again; finished steps are kept',
  });
}

function draftIn(folder: string): string {
  return join(folder, `.draft-${process.pid}-${randomBytes(6).toString('hex')}`);
}
