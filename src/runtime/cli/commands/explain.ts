// `fslrun explain`: what a word, an option, a stage kind or a diagnostic means, and where a value of a program comes from.
import type { Command } from 'commander';
import { usage, type Context } from '../context.ts';
import { programOptions, type ProgramFlags } from '../options.ts';

export function addExplain(program: Command, context: Context): void {
  programOptions(
    program
      .command('explain')
      .summary('what a word, an option or a diagnostic means, or where a value comes from')
      .description(
        'Explains the code of a diagnostic, a stage kind, an option, a word or a function of the language, or a built-in model; without a subject, lists them. With a program, says which value an option of a stage has in each instance, and where it comes from: the default of its declaration, a `defaults`, the stage itself, and the parameters and constants behind it.',
      )
      .argument(
        '[subject]',
        'CODE, KIND, KIND.OPTION, OPTION, WORD, ARGUMENT, FUNCTION or builtin:NAME; or a program',
      )
      .argument('[stage]', 'after a program: STAGE, STAGE.OPTION, STAGE[KEY=VALUE].OPTION; or a subject'),
  ).action(
    context.exits(async (subject: string | undefined, stage: string | undefined, flags: ProgramFlags) => {
      if (stage !== undefined) {
        const { explainValue } = await import('../explain-value.ts');
        return explainValue(context, subject ?? '', stage, flags);
      }
      if (subject?.endsWith('.fsl') === true)
        throw usage(context, subject, {
          message: `\`${subject}\` is a program, and nothing of it is named`,
          hint: `name a stage or an option of one: \`fslrun explain ${subject} STAGE.OPTION\``,
        });
      const { explainSubject } = await import('../explain-subject.ts');
      return explainSubject(context, subject, flags);
    }),
  );
}
