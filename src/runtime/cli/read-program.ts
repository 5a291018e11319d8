// A program's text from its file, with everything that can be wrong about the file itself.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure, wholeSource } from '../../parser/diagnostic.ts';
import type { Source } from '../../parser/source.ts';
import { decodeText } from '../../stages/tables/text-file.ts';
import { usage, type Context } from './context.ts';
import { shownPath } from './shown-path.ts';

export interface ProgramText {
  readonly source: Source;
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Throws `Failure` where the file is not there or no text. */
export function readProgram(context: Context, file: string): ProgramText {
  const path = resolve(context.host.cwd, file);
  const name = shownPath(path, context.host.cwd);
  const bytes = readBytes(context, path, file);
  return { source: decodeProgram(name, bytes), path, bytes };
}

/** Throws `Failure` where they are no text. `name` is what people call it. */
export function decodeProgram(name: string, bytes: Uint8Array): Source {
  refuseLarge(name, bytes.length);
  const decoded = decodeText({ name, bytes });
  if (decoded.state === 'unreadable') throw new Failure(decoded.problem);
  return { path: name, text: decoded.file.text };
}

/** Bytes. Reading more takes minutes and gigabytes before anything can be said about it. */
const largest = 4_000_000;

function refuseLarge(name: string, size: number): void {
  if (size <= largest) return;
  throw new Failure({
    code: 'file-too-large',
    message: `\`${name}\` has ${Math.ceil(size / 1e5) / 10} MB, and a program has at most ${largest / 1e6} MB`,
    span: wholeSource(name),
    hint: 'is it a data file? Those are named in a `load`; many alike stages are written as one in an `each`',
  });
}

function readBytes(context: Context, path: string, file: string): Uint8Array {
  try {
    refuseLarge(file, statSync(path).size);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT')
      throw usage(context, file, {
        code: 'missing-file',
        message: `there is no program \`${file}\``,
        hint: 'paths are relative to the working directory',
      });
    const why = code === 'EISDIR' ? 'it is a folder' : error instanceof Error ? error.message : String(error);
    throw usage(context, file, { code: 'unreadable-file', message: `\`${file}\` cannot be read: ${why}` });
  }
}
