// Problems of a step that no program has, as the command line asked for it: its options are flags.
import type { Diagnostic } from '../../parser/diagnostic.ts';
import { stepPlace } from '../../stages/step-failure.ts';
import type { Context } from './context.ts';

export function onCommandLine(
  { commandLine }: Context,
  problems: readonly Diagnostic[],
): readonly Diagnostic[] {
  return problems.map((problem) => {
    const place = stepPlace(problem.span.source.path);
    return place === undefined ? problem : { ...problem, span: commandLine.spanOf(`--${place}`) };
  });
}
