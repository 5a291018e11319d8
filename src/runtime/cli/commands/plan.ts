// `fslrun plan`: the graph with the state of every step and why.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { drawingFormats, engineOptions, offlineOption, outputOptions, programOptions } from '../options.ts';
import type { PlanCommandFlags } from '../show-plan.ts';

export function addPlan(program: Command, context: Context): void {
  const command = program
    .command('plan')
    .summary('what would run, and why')
    .description(
      'The same as `fslrun FILE --dry-run`: the graph, and for every step whether it is cached, would run or waits.',
    )
    .argument('<file>', 'the program')
    .argument('[targets...]', 'targets, stages or instances; else all reports and files')
    .option('--force [stage]', 'as if the stage had to run; without a name, all of them')
    .option('--detailed-exitcode', 'exit with 4 when something would run')
    .option('--verbose', 'every instance of `each` in a row of its own')
    .option('--quiet', 'no warnings');
  outputOptions(engineOptions(offlineOption(programOptions(command))), drawingFormats).action(
    context.exits(async (file: string, targets: readonly string[], flags: PlanCommandFlags) => {
      const { showPlan } = await import('../show-plan.ts');
      return showPlan(context, file, targets, flags);
    }),
  );
}
