// Formats programs in place, or tells which of them are not formatted.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Failure, type Diagnostic } from '../../parser/diagnostic.ts';
import { format } from '../../parser/format.ts';
import type { Source } from '../../parser/source.ts';
import { errorCode, writeDurably } from '../durable.ts';
import { exitCodes, usage, type Context } from './context.ts';
import type { ColourFlags } from './options.ts';
import { problemsOf, showProblems } from './problems.ts';
import { programFiles, realPath, statOf } from './program-files.ts';
import { decodeProgram, readProgram } from './read-program.ts';

export interface FormatFlags extends ColourFlags {
  readonly check?: true;
}

/** Something would change: `--check` of prettier, rustfmt and ruff says it with the same code. */
const wouldChange = exitCodes.failed;

export async function formatFiles(
  context: Context,
  given: readonly string[],
  flags: FormatFlags,
): Promise<number> {
  const { host } = context;
  if (given.length === 0 && host.stdin.isTTY)
    throw usage(context, '', {
      message: 'there is nothing to format',
      hint: 'name programs or folders, or give a text on the standard input: `fslrun fmt - < FILE.fsl`',
    });
  if (given.length === 0 || given.every((file) => file === '-')) return formatInput(context, flags);
  if (given.includes('-'))
    throw usage(context, '-', {
      message: '`-` is the standard input, which is formatted alone',
      hint: 'leave it out, or name no files',
    });

  const { files, problems } = programFiles(context, given);
  showProblems(problems, host, flags);
  let wrong = problems.length > 0;
  let changed = false;
  for (const file of files) {
    const outcome = await formatFile(context, file, flags);
    if (outcome.state === 'wrong') {
      showProblems(outcome.problems, host, flags);
      wrong = true;
    } else if (outcome.changed) {
      host.stdout.write(`${file}\n`);
      changed = true;
    }
  }
  if (wrong) return exitCodes.wrong;
  return changed && flags.check === true ? wouldChange : exitCodes.done;
}

async function formatInput(context: Context, flags: FormatFlags): Promise<number> {
  const { host } = context;
  const source = decodeProgram('<stdin>', await host.stdin.read());
  const result = format(source);
  if (result.state === 'broken') throw new Failure(...result.diagnostics);
  if (flags.check !== true) {
    host.stdout.write(result.text);
    return exitCodes.done;
  }
  if (result.text === source.text) return exitCodes.done;
  host.stdout.write(`${source.path}\n`);
  return wouldChange;
}

type Outcome =
  | { readonly state: 'read'; readonly changed: boolean }
  | { readonly state: 'wrong'; readonly problems: readonly Diagnostic[] };

async function formatFile(context: Context, file: string, flags: FormatFlags): Promise<Outcome> {
  try {
    const path = realPath(resolve(context.host.cwd, file));
    const before = readRegular(context, file, path);
    const result = format(before.source);
    if (result.state === 'broken') return { state: 'wrong', problems: result.diagnostics };
    const changed = !before.bytes.equals(Buffer.from(result.text));
    if (changed && flags.check !== true)
      await rewrite(context, { file, path }, { ...before, text: result.text });
    return { state: 'read', changed };
  } catch (error) {
    const { problems, expected } = problemsOf(error);
    if (!expected) throw error;
    return { state: 'wrong', problems };
  }
}

interface Read {
  readonly source: Source;
  readonly bytes: Buffer;
}

function readRegular(context: Context, file: string, path: string): Read {
  if (statOf(path)?.isFile() === false)
    throw usage(context, file, {
      code: 'unreadable-file',
      message: `\`${file}\` is not a file that can be replaced`,
      hint: 'give its text on the standard input: `fslrun fmt - < FILE.fsl`',
    });
  const { source, bytes } = readProgram(context, file);
  return { source, bytes: Buffer.from(bytes) };
}

/** The new text takes the place of the old one, unless that was changed meanwhile. */
async function rewrite(
  context: Context,
  { file, path }: { readonly file: string; readonly path: string },
  { bytes, text }: { readonly bytes: Buffer; readonly text: string },
): Promise<void> {
  const refuse = (why: string): Failure =>
    usage(context, file, { code: 'unreadable-file', message: `\`${file}\` cannot be written: ${why}` });
  const beforeRename = (): void => {
    if (!readFileSync(path).equals(bytes)) throw refuse('it was changed while it was formatted');
  };
  try {
    const like = statSync(path);
    if ((like.mode & 0o222) === 0) throw refuse('it is read-only');
    await writeDurably({ path, text, drafts: dirname(path), like, beforeRename });
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof Failure || code === undefined) throw error;
    throw refuse(code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code);
  }
}
