// A program's text from its file, with everything that can be wrong about the file itself.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '../../parser/diagnostic.ts';
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
  const decoded = decodeText({ name, bytes });
  if (decoded.state === 'unreadable') throw new Failure(decoded.problem);
  return { path: name, text: decoded.file.text };
}

function readBytes(context: Context, path: string, file: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
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
