// Diagnostics to the standard error output.
import { Failure, type Diagnostic } from '../../parser/diagnostic.ts';
import { printDiagnostics } from '../../parser/print.ts';
import type { Host } from '../host.ts';
import { isRich } from './context.ts';
import type { ColourFlags } from './options.ts';

export function showProblems(problems: readonly Diagnostic[], host: Host, flags: ColourFlags): void {
  if (problems.length === 0) return;
  host.stderr.write(
    printDiagnostics(problems, { colour: isRich(host.stderr, host, flags), width: host.stderr.columns }),
  );
}

/** What was thrown, as a problem: a `Failure` carries its own, everything else is a mistake of ours. */
export function problemsOf(error: unknown): {
  readonly problems: readonly Diagnostic[];
  readonly expected: boolean;
} {
  if (error instanceof Failure) return { problems: error.diagnostics, expected: true };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const source = { path: '<fslrun>', text };
  const problem: Diagnostic = {
    code: 'internal',
    severity: 'error',
    message: error instanceof Error ? error.message : String(error),
    span: { source, start: 0, end: 0 },
    notes: [],
    hint: `please report this with the program and:\n${text}`,
  };
  return { problems: [problem], expected: false };
}
