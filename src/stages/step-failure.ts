// Failures that belong to a running step as a whole, or to one of its options or inputs: the stage does not know where
// the program writes them, so the runtime puts the place in.
import { Failure, type Problem } from '../parser/diagnostic.ts';
import type { Span } from '../parser/source.ts';

/** A source path that no file has: `step:` and the name of the option or input, or nothing for the step. */
const scheme = 'step:';

export function stepFailure(problem: Omit<Problem, 'span'>, at = ''): Failure {
  return new Failure({ ...problem, span: stepSpan(at) });
}

/** The same failure, with places of a stage inside the step: `from` of the first one is `0.from`. */
export function failureInside(failure: Failure, stage: number): Failure {
  const move = (span: Span): Span => {
    const at = stepPlace(span.source.path);
    if (at === undefined) return span;
    return stepSpan(at === '' ? `${stage}` : `${stage}.${at}`);
  };
  return new Failure(
    ...failure.diagnostics.map((problem) => ({
      ...problem,
      span: move(problem.span),
      notes: problem.notes.map((note) => ({ ...note, span: move(note.span) })),
    })),
  );
}

function stepSpan(at: string): Span {
  return { source: { path: scheme + at, text: '' }, start: 0, end: 0 };
}

/** The option or input a place stands for (`''` for the step as a whole); nothing for a place in a real file. */
export function stepPlace(path: string): string | undefined {
  return path.startsWith(scheme) ? path.slice(scheme.length) : undefined;
}
