// Checks programs and tells what is wrong with them.
import type { Diagnostic } from '../../parser/diagnostic.ts';
import { diagnosticsAsJson } from '../../parser/print.ts';
import { exitCodes, type Context } from './context.ts';
import { checkProgram } from './open-program.ts';
import type { OutputFlags, ProgramFlags } from './options.ts';
import { problemsOf, showProblems } from './problems.ts';
import { writeResult } from './result-output.ts';

export type CheckFlags = ProgramFlags & OutputFlags<'text' | 'json'>;

export async function checkFiles(
  context: Context,
  files: readonly string[],
  flags: CheckFlags,
): Promise<number> {
  const diagnostics: Diagnostic[] = [];
  for (const file of files) diagnostics.push(...(await diagnosticsOf(context, file, flags)));
  if (flags.format === 'json')
    writeResult(context, `${JSON.stringify(diagnosticsAsJson(diagnostics), null, 2)}\n`, flags.output);
  else showProblems(diagnostics, context.host, flags);
  return diagnostics.some(({ severity }) => severity === 'error') ? exitCodes.wrong : exitCodes.done;
}

async function diagnosticsOf(
  context: Context,
  file: string,
  flags: CheckFlags,
): Promise<readonly Diagnostic[]> {
  try {
    return (await checkProgram(context, file, flags)).diagnostics;
  } catch (error) {
    const { problems, expected } = problemsOf(error);
    if (!expected) throw error;
    return problems;
  }
}
