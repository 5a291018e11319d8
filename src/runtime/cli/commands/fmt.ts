// `fslrun fmt`: the canonical layout of programs.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { FormatFlags } from '../format-files.ts';
import { colourOption } from '../options.ts';

export function addFmt(program: Command, context: Context): void {
  const command = program
    .command('fmt')
    .summary('programs in their canonical layout')
    .description(
      'Formats programs: only white space, line breaks, commas and doubled parentheses change, so that no plan does; comments stay. Writes the files that change, each as a whole or not at all, and names them on the standard output. ' +
        'A program with syntax errors is reported and left as it is, and the others are formatted. Permissions stay, of a link what it leads to is written, line ends stay those of the first line, and a byte order mark is removed.',
    )
    .argument(
      '[files...]',
      'programs, and folders for all *.fsl in them (links, node_modules and what starts with a dot left out); none or - formats the standard input to the standard output',
    )
    .option('--check', 'write nothing; name what would change, and exit with 1 if anything would');
  colourOption(command).action(
    context.exits(async (files: readonly string[], flags: FormatFlags) => {
      const { formatFiles } = await import('../format-files.ts');
      return formatFiles(context, files, flags);
    }),
  );
}
