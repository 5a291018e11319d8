// `fslrun check`: diagnostics only.
import type { Command } from 'commander';
import type { CheckFlags } from '../check-files.ts';
import type { Context } from '../context.ts';
import { outputOptions, programOptions } from '../options.ts';

export function addCheck(program: Command, context: Context): void {
  const command = program
    .command('check')
    .summary('what is wrong with a program; runs nothing')
    .description(
      'Checks programs: syntax, names, types, columns, labels, leakage. Everything that is wrong is told at once.',
    )
    .argument('<files...>', 'programs');
  outputOptions(programOptions(command), ['text', 'json']).action(
    context.exits(async (files: readonly string[], flags: CheckFlags) => {
      const { checkFiles } = await import('../check-files.ts');
      return checkFiles(context, files, flags);
    }),
  );
}
