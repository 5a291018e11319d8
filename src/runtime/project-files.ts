// Which files `import` and `read` may name: those of the project of a program, links followed, and of folders that the user
// adds. Data files are not among them: a program may load what its user may read.
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Source } from '../parser/source.ts';
import type { Fact } from '../stages/facts.ts';
import { decodeText } from '../stages/tables/text-file.ts';
import { unreadable } from './matching-files.ts';

export interface Project {
  /** Absolute: the folder of the nearest package.json or .git, else that of the program. */
  readonly folder: string;
  /** Further folders, absolute. */
  readonly allowed: readonly string[];
}

/** Bytes; a program or a prompt is far smaller. */
const largest = 10_000_000;

/** The text of a file, without a mark of its byte order at the start. */
export function projectFile(path: string, project: Project, display: (path: string) => string): Fact<Source> {
  let bytes: Uint8Array;
  try {
    const outside = outsideOf(path, project);
    if (outside !== undefined)
      return {
        state: 'wrong',
        problem: {
          code: 'outside-project',
          message: `\`${display(path)}\` ${outside === path ? 'is' : 'leads'} outside the project \`${display(project.folder)}\``,
          hint: '`import` and `read` stay inside it: copy the file there, or allow its folder with `--allow-read DIR`',
        },
      };
    const { size } = statSync(path);
    if (size > largest)
      return {
        state: 'wrong',
        problem: {
          code: 'unreadable-file',
          message: `\`${display(path)}\` has ${Math.round(size / 1e6)} MB, which is too much for \`import\` and \`read\``,
          hint: 'they take texts of at most 10 MB; rows of data belong into a `load`',
        },
      };
    bytes = readFileSync(path);
  } catch (error) {
    return unreadable(path, error, display);
  }
  const shown = display(path);
  const decoded = decodeText({ name: shown, bytes });
  if (decoded.state === 'unreadable') return { state: 'wrong', problem: decoded.problem };
  return { state: 'known', value: { path: shown, text: decoded.file.text } };
}

/** Where the path leads, if that is outside; nothing where it is inside. Throws where it cannot be told. */
function outsideOf(path: string, { folder, allowed }: Project): string | undefined {
  const roots = [folder, ...allowed];
  // What is plainly outside is not even looked for.
  if (!roots.some((root) => isInside(path, root))) return path;
  const real = realpathSync(path);
  const realRoots = roots.flatMap((root) => [root, ...existing(root)]);
  return realRoots.some((root) => isInside(real, root)) ? undefined : real;
}

function existing(folder: string): readonly string[] {
  try {
    return [realpathSync(folder)];
  } catch {
    return [];
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && join(folder, way) === path;
}
