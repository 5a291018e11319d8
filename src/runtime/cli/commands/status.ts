// `fslrun status`: what is running on a store, and since when.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { storeOption } from '../options.ts';
import type { StatusFlags } from '../tell-status.ts';

export function addStatus(program: Command, context: Context): void {
  storeOption(
    program
      .command('status')
      .summary('what is running here, and since when')
      .description(
        'Tells which runs are going on, also those of other terminals and machines that use the same store.',
      )
      .argument('[file]', 'a program; else whatever uses the store of the working directory')
      .option('--json', 'as JSON'),
  ).action(
    context.exits(async (file: string | undefined, flags: StatusFlags) => {
      const { tellStatus } = await import('../tell-status.ts');
      return tellStatus(context, file, flags);
    }),
  );
}
