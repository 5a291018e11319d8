// The files that a path, a folder or a glob in a program means. Reads directories only.
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, sep } from 'node:path';
import type * as Tinyglobby from 'tinyglobby';
import { suggest } from '../parser/suggest.ts';
import type { Fact } from '../stages/facts.ts';
import { compareCodePoints } from '../stages/code-point-order.ts';
import { errorCode } from './durable.ts';

/** Absolute paths, sorted by code point whatever the locale. Of a folder: the visible files directly in it; where there are none, those of its folders, as deep as it takes. */
export function matchingFiles(pattern: string, display: (path: string) => string): Fact<readonly string[]> {
  let kind: 'file' | 'folder' | undefined;
  try {
    kind = kindOf(pattern);
    if (kind === 'file') return { state: 'known', value: [pattern] };
    const found =
      kind === 'folder' ? folderFiles(pattern) : /[*?[\]{}]/.test(pattern) ? globbed(pattern) : [];
    if (found.length > 0) return { state: 'known', value: [...found].sort(compareCodePoints) };
  } catch (error) {
    return unreadable(pattern, error, display);
  }
  const shown = display(pattern);
  const near = kind === undefined ? suggest(basename(pattern), neighbours(pattern)) : undefined;
  return {
    state: 'wrong',
    problem: {
      code: 'missing-file',
      message:
        kind === 'folder'
          ? `the folder \`${shown}\` has no files`
          : /[*?[\]{}]/.test(pattern)
            ? `no file matches \`${shown}\``
            : `there is no file \`${shown}\``,
      hint:
        near === undefined
          ? 'paths in a program are relative to the program, those of `--set` to the working directory'
          : `did you mean \`${display(join(dirname(pattern), near))}\`?`,
    },
  };
}

export function unreadable(path: string, error: unknown, display: (path: string) => string): Fact<never> {
  const code = errorCode(error);
  if (code === undefined) throw error;
  const shown = display(path);
  return {
    state: 'wrong',
    problem:
      code === 'ENOENT'
        ? { code: 'missing-file', message: `there is no file \`${shown}\``, hint: 'check the path' }
        : {
            code: 'unreadable-file',
            message: `\`${shown}\` cannot be read: ${reasons[code] ?? code}`,
            hint: 'check what it is, and who may read it',
          },
  };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ELOOP: 'its links go round in a circle',
  ENAMETOOLONG: 'its name is too long',
  ERR_INVALID_ARG_VALUE: 'a path cannot hold the character U+0000',
};

function kindOf(path: string): 'file' | 'folder' | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : stat.isDirectory() ? 'folder' : 'file';
}

/** Links are followed, but into no folder that lies around. */
function folderFiles(folder: string, around: readonly string[] = []): readonly string[] {
  const real = realpathSync(folder);
  if (around.includes(real)) return [];
  const own = filesIn(folder);
  if (own.length > 0) return own;
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(folder, name))
    .filter((path) => kindOf(path) === 'folder')
    .flatMap((path) => folderFiles(path, [...around, real]));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(folder, name))
    .filter((path) => kindOf(path) === 'file');
}

/** The folders that exist literally are not part of the pattern: their names may contain its special characters. */
function globbed(pattern: string): readonly string[] {
  const segments = pattern.split(sep);
  let depth = 1;
  while (depth < segments.length - 1 && kindOf(segments.slice(0, depth + 1).join(sep)) === 'folder')
    depth += 1;
  const cwd = segments.slice(0, depth).join(sep) || sep;
  const { globSync } = createRequire(import.meta.url)('tinyglobby') as typeof Tinyglobby; // only programs with globs pay for it
  return globSync(segments.slice(depth).join('/'), { cwd, absolute: true, expandDirectories: false });
}

function neighbours(path: string): readonly string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}
