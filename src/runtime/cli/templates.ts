// The programs that come with the package, and the files that each of them reads. Knows nothing of what their stages mean: a
// text in a program that names a file below the folder of the programs is one that it reads, unless it says where to write.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type * as Ast from '../../parser/ast.ts';
import { parse } from '../../parser/parse.ts';
import { compareCodePoints } from '../../stages/code-point-order.ts';
import { packageFolder } from '../../stages/package-folder.ts';
import { matchingFiles } from '../matching-files.ts';

export interface Template {
  /** That of its file, without `.fsl`. */
  readonly name: string;
  /** The first line of its first comment. */
  readonly summary: string;
}

/** By name. */
export function templates(): readonly Template[] {
  const folder = templateFolder();
  return readdirSync(folder)
    .filter((file) => file.endsWith('.fsl'))
    .map((file) => ({
      name: file.slice(0, -'.fsl'.length),
      summary: /^# *(.*)/.exec(readFileSync(join(folder, file), 'utf8'))?.[1] ?? '',
    }))
    .toSorted((a, b) => compareCodePoints(a.name, b.name));
}

export interface TemplateFile {
  /** Relative to the folder of the programs, with `/`. */
  readonly path: string;
  readonly contents: Buffer;
}

/** The program itself first, then what it imports and reads, by path. */
export function templateFiles(name: string): readonly TemplateFile[] {
  const folder = templateFolder();
  const program = join(folder, `${name}.fsl`);
  const found = new Set([program]);
  for (const file of found)
    // grows on the way
    if (file.endsWith('.fsl')) for (const read of filesOf(file, folder)) found.add(read);
  const rest = [...found].filter((file) => file !== program).toSorted(compareCodePoints);
  return [program, ...rest].map((file) => {
    const bytes = readFileSync(file);
    return {
      path: relative(folder, file).replaceAll(sep, '/'),
      contents: file.endsWith('.fsl') ? atHome(bytes) : bytes,
    };
  });
}

function templateFolder(): string {
  return join(packageFolder(), 'pipelines');
}

/** Comments name the programs as they lie in the package. */
function atHome(program: Buffer): Buffer {
  return Buffer.from(program.toString('utf8').replaceAll('pipelines/', ''));
}

function filesOf(program: string, folder: string): readonly string[] {
  const { file } = parse({ path: program, text: readFileSync(program, 'utf8') });
  return [...textsIn(file.declarations)].flatMap((text) => {
    if (!text.includes('/') || /\s/.test(text)) return [];
    const found = matchingFiles(join(dirname(program), text), (path) => path);
    return found.state === 'known' ? found.value.filter((path) => path.startsWith(join(folder, sep))) : [];
  });
}

/** Every text but those of options that say where something is written (`to`, `curve_to`); `*` for what is put in. */
function* textsIn(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  if (isText(node)) {
    yield node.parts.map((part) => (typeof part === 'string' ? part : '*')).join('');
    return;
  }
  if (isEntry(node) && /(^|_)to$/.test(node.name.text)) return;
  for (const [key, child] of Object.entries(node)) if (key !== 'span') yield* textsIn(child);
}

function isText(node: object): node is Ast.Text {
  return 'node' in node && node.node === 'text';
}

function isEntry(node: object): node is Ast.Entry {
  return !('node' in node) && 'name' in node && 'value' in node;
}
