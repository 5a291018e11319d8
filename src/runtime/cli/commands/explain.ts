// `fslrun explain`: what a diagnostic, a stage kind or an option means.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { colourOption, type ColourFlags } from '../options.ts';

export function addExplain(program: Command, context: Context): void {
  colourOption(
    program
      .command('explain')
      .summary('what a diagnostic, a stage kind or an option means')
      .description(
        'Explains the code of a diagnostic, a stage kind, an option, or a built-in model; without a subject, lists them.',
      )
      .argument('[subject]', 'CODE, KIND, KIND.OPTION, OPTION of every stage, or builtin:NAME'),
  ).action(
    context.exits(async (subject: string | undefined, flags: ColourFlags) => {
      const { explainSubject } = await import('../explain-subject.ts');
      return explainSubject(context, subject, flags);
    }),
  );
}
