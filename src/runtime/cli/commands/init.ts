// `fslrun init`: a program to start from, with its data.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { colourOption } from '../options.ts';

export function addInit(program: Command, context: Context): void {
  const command = program
    .command('init')
    .summary('a program with its data to start from')
    .description(
      'Writes one of the example programs of this package, with the data that it reads, into a folder, and says how it is run. All run without a network. Nothing that is there is overwritten.',
    )
    .argument('[template]', '`fslrun init --list` says which there are', 'first')
    .argument('[folder]', 'where to; made where it is missing', '.')
    .option('--list', 'the templates, and what each is about');
  colourOption(command).action(
    context.exits(async (name: string, folder: string, flags: { readonly list?: true }) => {
      const { listTemplates, writeTemplate } = await import('../write-template.ts');
      return flags.list === true ? listTemplates(context) : writeTemplate(context, { name, folder });
    }),
  );
}
