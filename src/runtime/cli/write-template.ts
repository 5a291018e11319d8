// Writes a program of the package with what it reads into a folder, or lists the programs. Nothing that is there is overwritten.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { suggest } from '../../parser/suggest.ts';
import { errorCode } from '../durable.ts';
import { shellWord } from '../report/shell-word.ts';
import { exitCodes, usage, type Context } from './context.ts';
import { templateFiles, templates, type Template, type TemplateFile } from './templates.ts';

export interface TemplateRequest {
  /** With or without `.fsl`. */
  readonly name: string;
  /** Relative to the working directory. Made where it is missing. */
  readonly folder: string;
}

export function listTemplates({ host }: Context): number {
  host.stdout.write(`${listed(templates())}\n`);
  return exitCodes.done;
}

export async function writeTemplate(context: Context, { name, folder }: TemplateRequest): Promise<number> {
  const { host } = context;
  const template = findTemplate(context, name);
  const files = templateFiles(template.name);
  const target = resolve(host.cwd, folder);
  const missing = missingFiles(context, { files, target, folder });
  for (const file of missing.toReversed()) await write(context, file, { target, folder }); // the program comes last
  const shown = (path: string): string => shellWord(join(folder, path));
  for (const { path } of missing) host.stdout.write(`${shown(path)}\n`);
  const [program] = files;
  const command = host.env['npm_command'] === 'exec' ? 'npx fslrun' : 'fslrun'; // as it was called
  const there = missing.length === 0 ? 'everything was there already; ' : '';
  host.stdout.write(`\n${there}run it with: ${command} ${shown(program?.path ?? '')}\n`);
  return exitCodes.done;
}

function listed(all: readonly Template[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return all.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`).join('\n');
}

function findTemplate(context: Context, asked: string): Template {
  const all = templates();
  const name = asked.replace(/\.fsl$/, '');
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const near = suggest(
    name,
    all.map((one) => one.name),
  );
  throw usage(context, asked, {
    message: `there is no template \`${asked}\``,
    hint: `${near === undefined ? '' : `did you mean \`${near}\`? `}there are\n${listed(all)}`,
  });
}

interface Place {
  /** Absolute. */
  readonly target: string;
  /** As it was given. */
  readonly folder: string;
}

/** Those that are there with the same contents are left out: templates share data. Throws `Failure` where others are in the way. */
function missingFiles(
  context: Context,
  { files, target, folder }: Place & { readonly files: readonly TemplateFile[] },
): readonly TemplateFile[] {
  const states = files.map((file) => ({ file, state: stateOf(join(target, file.path), file.contents) }));
  const inTheWay = states
    .filter(({ state }) => state === 'other')
    .map(({ file }) => `\`${join(folder, file.path)}\``);
  if (inTheWay.length > 0)
    throw usage(context, folder, {
      message: `${inTheWay.join(' and ')} ${inTheWay.length === 1 ? 'is' : 'are'} there already, and nothing is overwritten`,
      hint: `name another folder: \`fslrun init ${files[0]?.path.replace(/\.fsl$/, '') ?? ''} FOLDER\``,
    });
  return states.filter(({ state }) => state === 'missing').map(({ file }) => file);
}

function stateOf(path: string, contents: Buffer): 'missing' | 'same' | 'other' {
  try {
    return readFileSync(path).equals(contents) ? 'same' : 'other';
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '') ? 'missing' : 'other'; // writing says more of `ENOTDIR`
  }
}

async function write(context: Context, { path, contents }: TemplateFile, place: Place): Promise<void> {
  const to = join(place.target, path);
  try {
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, contents, { flag: 'wx' }); // also where somebody else writes at the same time
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw usage(context, place.folder, {
      code: 'unreadable-file',
      message: `\`${join(place.folder, path)}\` cannot be written: ${reasons[code] ?? code}`,
      hint: 'name a folder that you may write to',
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
};
