// `fslrun verify`: every stored file against its digest; with a program, its results against a second run from nothing.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { engineOptions, programOptions } from '../options.ts';
import type { VerifyFlags } from '../verify-store.ts';

export function addVerify(program: Command, context: Context): void {
  const command = program
    .command('verify')
    .summary('check what is stored, or that a program gives the same again')
    .description(
      'Reads every stored file and compares it with its digest. With a program, also runs all of it anew in a store of its own and compares the results.',
    )
    .argument('[file]', 'a program');
  engineOptions(programOptions(command)).action(
    context.exits(async (file: string | undefined, flags: VerifyFlags) => {
      const { verifyStore } = await import('../verify-store.ts');
      return verifyStore(context, file, flags);
    }),
  );
}
