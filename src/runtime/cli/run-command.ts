// One call of the command: arguments in, exit code out. Every problem ends here as diagnostics and an exit code.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command, CommanderError } from 'commander';
import type { Host } from '../host.ts';
import { createCommands } from './commands.ts';
import { createContext, exitCodes } from './context.ts';
import { problemsOf, showProblems } from './problems.ts';
import { route } from './route.ts';
import { unknownCommand, usageProblem } from './usage-problem.ts';

export interface CommandSettings {
  /** The program of a worker process. */
  readonly workerPath?: string;
}

/** Gives the exit code; never throws. */
export async function runCommand(
  args: readonly string[],
  host: Host,
  settings: CommandSettings = {},
): Promise<number> {
  const { context, code } = createContext(args, host, settings.workerPath);
  const flags = { color: !args.includes('--no-color') };
  const program = createCommands(context);
  quiet(program, host);
  try {
    const commands = ['help', ...program.commands.map((command) => command.name())];
    const routed = route(args, { commands, isFile: (path) => isFile(resolve(host.cwd, path)) });
    if (routed.state === 'unknown') {
      showProblems([unknownCommand(routed.word, context.commandLine, program)], host, flags);
      return exitCodes.wrong;
    }
    const [first, about] = routed.args;
    if (first === 'help' && about !== undefined && !about.startsWith('-') && !commands.includes(about)) {
      showProblems([unknownCommand(about, context.commandLine, program)], host, flags);
      return exitCodes.wrong;
    }
    if (first === undefined) {
      program.outputHelp({ error: true });
      return exitCodes.wrong;
    }
    await program.parseAsync(routed.args, { from: 'user' });
    return code();
  } catch (error) {
    if (isCommanderError(error)) {
      if (error.exitCode === 0) return exitCodes.done;
      showProblems([usageProblem(error, context.commandLine, program)], host, flags);
      return exitCodes.wrong;
    }
    const { problems, expected } = problemsOf(error);
    showProblems(problems, host, flags);
    return expected ? exitCodes.wrong : exitCodes.failed;
  }
}

/** Help goes where the host says; commander's own words about mistakes go nowhere. */
function quiet(command: Command, host: Host): void {
  command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => host.stdout.columns,
      getErrHelpWidth: () => host.stderr.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const child of command.commands) quiet(child, host);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isCommanderError(error: unknown): error is CommanderError {
  return (
    error instanceof Error &&
    'exitCode' in error &&
    'code' in error &&
    String(error.code).startsWith('commander.')
  );
}
