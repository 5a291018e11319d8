// An artifact as a running stage sees it: bytes are handed out only after their digest was found right.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, wholeSource } from '../parser/diagnostic.ts';
import type { Artifact } from '../stages/artifact.ts';
import { sha256 } from './canonical.ts';
import { errorCode } from './durable.ts';
import type { InputArtifact, InputFile } from './worker-message.ts';

export interface Verification {
  /** A private folder, for files that only exist as text so far. */
  readonly folder: string;
  /** Told of every object of the store that is not what it was. */
  corrupt(digest: string): void;
}

export function verifiedArtifact(artifact: InputArtifact, verification: Verification): Artifact {
  const byName = new Map(artifact.files.map((file) => [file.name, file]));
  const file = (name: string): InputFile => {
    const found = byName.get(name);
    if (found === undefined)
      throw new Error(`the artifact has no file ${name}, but ${[...byName.keys()].join(', ')}`);
    return found;
  };
  return {
    type: artifact.type,
    digest: artifact.digest,
    names: artifact.files.map(({ name }) => name),
    display: (name) => file(name).shown,
    place: (name) => placeOf(file(name)),
    digestOf: (name) => file(name).digest,
    read: async (name) => readVerified(file(name), verification),
    path: async (name) => verifiedPath(file(name), verification),
  };
}

function placeOf(file: InputFile): string {
  return file.origin === 'text' ? file.shown : file.path;
}

async function readVerified(file: InputFile, verification: Verification): Promise<Uint8Array<ArrayBuffer>> {
  if (file.origin === 'text') return new TextEncoder().encode(file.text);
  let contents: Uint8Array<ArrayBuffer>;
  try {
    contents = await readFile(file.path);
  } catch (error) {
    throw mismatch(file, verification, error);
  }
  if (sha256(contents) !== file.digest) throw mismatch(file, verification);
  return contents;
}

async function verifiedPath(file: InputFile, verification: Verification): Promise<string> {
  if (file.origin === 'text') {
    const path = join(verification.folder, `text-${file.digest}`);
    await writeFile(path, file.text);
    return path;
  }
  let digest: string;
  try {
    digest = await digestStream(file.path);
  } catch (error) {
    throw mismatch(file, verification, error);
  }
  if (digest !== file.digest) throw mismatch(file, verification);
  return file.path;
}

/** sha256 of a file that may be large. */
export async function digestStream(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function mismatch(
  file: InputFile & { readonly path: string },
  verification: Verification,
  error?: unknown,
): unknown {
  const code = errorCode(error);
  if (error !== undefined && code === undefined) return error;
  const gone = code === 'ENOENT';
  if (file.origin === 'store') {
    if (code !== undefined && !gone) return unreadable(file, code);
    verification.corrupt(file.digest);
    return new Failure({
      code: 'corrupt-object',
      message: `the stored file \`${file.shown}\` ${gone ? 'is gone' : 'does not have the contents it was stored with'}`,
      span: wholeSource(file.path),
      hint: 'run again: the step that made it runs once more',
    });
  }
  if (code !== undefined && !gone) return unreadable(file, code);
  return new Failure({
    code: 'changed-during-run',
    message: `\`${file.shown}\` ${gone ? 'was removed' : 'changed'} while the step ran`,
    span: wholeSource(file.shown),
    hint: 'run again once nothing writes to it any more',
  });
}

function unreadable(file: InputFile, code: string): Failure {
  return new Failure({
    code: 'unreadable-file',
    message: `\`${file.shown}\` cannot be read: ${code}`,
    span: wholeSource(file.shown),
  });
}
