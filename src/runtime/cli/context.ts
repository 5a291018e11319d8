// What every command is given, and how it says how it went. Commands return exit codes; nothing below them knows any.
import { fileURLToPath } from 'node:url';
import { Failure, type Problem } from '../../parser/diagnostic.ts';
import type { Host, Terminal } from '../host.ts';
import { paint, type Paint } from '../report/paint.ts';
import { commandLine, type CommandLine } from './command-line.ts';

export interface Context {
  readonly host: Host;
  readonly commandLine: CommandLine;
  /** The program of a worker process. */
  readonly workerPath: string;
  /** Wraps what a command does, so that its exit code is kept. */
  exits<A extends readonly unknown[]>(action: (...args: A) => Promise<number>): (...args: A) => Promise<void>;
}

/** `code` is that of the action that ran last. */
export function createContext(
  args: readonly string[],
  host: Host,
  workerPath = fileURLToPath(new URL('./worker.js', import.meta.url)),
): { readonly context: Context; readonly code: () => number } {
  let code: number = exitCodes.done;
  const context: Context = {
    host,
    commandLine: commandLine(args),
    workerPath,
    exits:
      (action) =>
      async (...given) => {
        code = await action(...given);
      },
  };
  return { context, code: () => code };
}

export const exitCodes = {
  done: 0,
  failed: 1,
  wrong: 2,
  requirementFailed: 3,
  wouldRun: 4,
  interrupted: 130,
} as const;

/** A mistake in the command line: exit 2. `word` is what is underlined. */
export function usage(
  context: Context,
  word: string,
  problem: Omit<Problem, 'span' | 'code'> & Partial<Pick<Problem, 'code'>>,
): Failure {
  return new Failure({ code: 'command-line', span: context.commandLine.spanOf(word), ...problem });
}

/** Colour, and whether lines may be redrawn: on a terminal, unless `NO_COLOR` or `--no-color` say otherwise. */
export function isRich(terminal: Terminal, host: Host, flags: { readonly color: boolean }): boolean {
  const { NO_COLOR: noColour = '', TERM: term = '' } = host.env;
  return terminal.isTTY && flags.color && noColour === '' && term !== 'dumb';
}

export function paintFor(terminal: Terminal, host: Host, flags: { readonly color: boolean }): Paint {
  return paint(isRich(terminal, host, flags));
}
