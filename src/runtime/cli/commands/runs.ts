// `fslrun runs`: earlier runs on a store.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { RunsFlags } from '../list-runs.ts';
import { colourOption, storeOption } from '../options.ts';

export function addRuns(program: Command, context: Context): void {
  const command = program
    .command('runs')
    .summary('earlier runs')
    .description('Lists the last 20 runs on the store of the working directory, newest first.')
    .option('--json', 'all of them, as JSON');
  colourOption(storeOption(command)).action(
    context.exits(async (flags: RunsFlags) => {
      const { tellRuns } = await import('../list-runs.ts');
      return tellRuns(context, flags);
    }),
  );
}
