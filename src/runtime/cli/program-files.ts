// The programs that the arguments of a command mean: files as they are, and of a folder all `*.fsl` in it.
import { readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Diagnostic } from '../../parser/diagnostic.ts';
import { compareCodePoints } from '../../stages/code-point-order.ts';
import { errorCode } from '../durable.ts';
import { usage, type Context } from './context.ts';

export interface ProgramFiles {
  /** Each once, as it was given or found: relative to the working directory, or absolute. */
  readonly files: readonly string[];
  /** Arguments that mean no program. */
  readonly problems: readonly Diagnostic[];
}

export function programFiles(context: Context, given: readonly string[]): ProgramFiles {
  const byPath = new Map<string, string>();
  const problems: Diagnostic[] = [];
  for (const argument of given) {
    const absolute = resolve(context.host.cwd, argument);
    const found =
      statOf(absolute)?.isDirectory() === true ? programsIn(context, argument, problems) : [argument];
    for (const file of found) {
      const path = realPath(resolve(context.host.cwd, file));
      if (!byPath.has(path)) byPath.set(path, file);
    }
  }
  return { files: [...byPath.values()], problems };
}

function programsIn(context: Context, folder: string, problems: Diagnostic[]): readonly string[] {
  const refused = (code: 'missing-file' | 'unreadable-file', message: string): readonly string[] => {
    problems.push(...usage(context, folder, { code, message }).diagnostics);
    return [];
  };
  try {
    const found = listed(folder, context.host.cwd);
    return found.length > 0 ? found : refused('missing-file', `the folder \`${folder}\` has no programs`);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return refused('unreadable-file', `the folder \`${folder}\` cannot be read: ${code}`);
  }
}

/** Without links, which lead elsewhere, and without what is hidden or installed. */
function listed(folder: string, cwd: string): readonly string[] {
  return readdirSync(resolve(cwd, folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .toSorted((a, b) => compareCodePoints(a.name, b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listed(path, cwd);
      return entry.isFile() && entry.name.endsWith('.fsl') ? [path] : [];
    });
}

/** None where nothing is, or nothing that may be looked at. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Where links lead; the path itself where that is nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
