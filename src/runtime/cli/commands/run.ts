// `fslrun FILE`: check, plan, run; progress while it goes on, a table at the end.
import type { Command } from 'commander';
import { Option, InvalidArgumentError } from 'commander';
import { exitCodes, type Context } from '../context.ts';
import { drawingFormats } from '../draw.ts';
import { openProgram } from '../open-program.ts';
import { engineOptions, outputOptions, programOptions } from '../options.ts';
import { showProblems } from '../problems.ts';
import type { RunFlags } from '../run-program.ts';
import { showPlan, type PlanCommandFlags } from './plan.ts';

type Flags = RunFlags & PlanCommandFlags & { readonly dryRun?: boolean };

export function addRun(program: Command, context: Context): void {
  const command = program
    .command('run', { isDefault: true })
    .summary('run a program; the same as `fslrun FILE`')
    .description(
      'Checks a program, plans it and runs what is not in the store. Finished steps are kept whatever happens.',
    )
    .argument('<file>', 'the program')
    .argument('[targets...]', 'targets, stages or instances; else all reports and files')
    .option('--dry-run', 'only show what would run, and why')
    .option('--force [stage]', 'run the stage whatever the store has; without a name, all of them')
    .addOption(new Option('--jobs <n>', 'how many steps may run at once').argParser(wholeNumber))
    .option('--keep-going', 'after a failure, go on with what does not need the failed step')
    .option('--offline', 'never use the network')
    .option('--json', 'events as NDJSON on the standard output')
    .option('--quiet', 'nothing but problems')
    .option('--verbose', 'also what is cached, and every instance of `each`');
  outputOptions(engineOptions(programOptions(command)), drawingFormats).action(
    context.exits(async (file: string, targets: readonly string[], flags: Flags) => {
      if (flags.dryRun === true) return showPlan(context, file, targets, flags);
      const open = await openProgram(context, file, flags, async (warnings) => {
        if (flags.quiet !== true) await showProblems(warnings, context.host, flags);
      });
      const { runProgram } = await import('../run-program.ts');
      return exitCodes[await runProgram(context, open, targets, flags)];
    }),
  );
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 256)
    throw new InvalidArgumentError('It is a whole number from 1 to 256.');
  return value;
}
