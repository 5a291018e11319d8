// `fslrun show`: what is in a result, and where it came from.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { outputOptions, programOptions } from '../options.ts';
import type { ShowFlags } from '../show-result.ts';

export function addShow(program: Command, context: Context): void {
  const command = program
    .command('show')
    .summary('what is in a result')
    .description(
      'Shows the result of a stage, of all its instances or of one part: rows, figures, files, where it came from. A report of `evaluate` is also an HTML page, with the pictures that were missed.',
    )
    .argument('<file>', 'the program')
    .argument('<stage>', 'STAGE, STAGE[KEY=VALUE] or STAGE.PART');
  outputOptions(programOptions(command), ['text', 'json', 'html']).action(
    context.exits(async (file: string, stage: string, flags: ShowFlags) => {
      const { showResult } = await import('../show-result.ts');
      return showResult(context, file, stage, flags);
    }),
  );
}
