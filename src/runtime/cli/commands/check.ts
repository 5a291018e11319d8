// `fslrun check`: diagnostics only.
import type { Command } from 'commander';
import { exitCodes, type Context } from '../context.ts';
import { checkProgram } from '../open-program.ts';
import { outputOptions, programOptions, type OutputFlags, type ProgramFlags } from '../options.ts';
import { problemsOf, showProblems } from '../problems.ts';
import { writeResult } from '../result-output.ts';
import type { Diagnostic } from '../../../parser/diagnostic.ts';

type Flags = ProgramFlags & OutputFlags<'text' | 'json'>;

export function addCheck(program: Command, context: Context): void {
  const command = program
    .command('check')
    .summary('what is wrong with a program; runs nothing')
    .description(
      'Checks programs: syntax, names, types, columns, labels, leakage. Everything that is wrong is told at once.',
    )
    .argument('<files...>', 'programs');
  outputOptions(programOptions(command), ['text', 'json']).action(
    context.exits(async (files: readonly string[], flags: Flags) => {
      const diagnostics: Diagnostic[] = [];
      for (const file of files) diagnostics.push(...(await diagnosticsOf(context, file, flags)));
      if (flags.format === 'json') {
        const { diagnosticsAsJson } = await import('../../../parser/print.ts');
        writeResult(context, `${JSON.stringify(diagnosticsAsJson(diagnostics), null, 2)}\n`, flags.output);
      } else if (diagnostics.length > 0) await showProblems(diagnostics, context.host, flags);
      return diagnostics.some(({ severity }) => severity === 'error') ? exitCodes.wrong : exitCodes.done;
    }),
  );
}

async function diagnosticsOf(context: Context, file: string, flags: Flags): Promise<readonly Diagnostic[]> {
  try {
    return (await checkProgram(context, file, flags)).diagnostics;
  } catch (error) {
    const { problems, expected } = problemsOf(error);
    if (!expected) throw error;
    return problems;
  }
}
