// Failures that belong to a running step as a whole, or to one of its options or inputs: the stage does not know where
// the program writes them, so the runtime puts the place in.
import { Failure, type Problem } from '../parser/diagnostic.ts';

/** A source path that no file has: `step:` and the name of the option or input, or nothing for the step. */
const scheme = 'step:';

export function stepFailure(problem: Omit<Problem, 'span'>, at = ''): Failure {
  const source = { path: scheme + at, text: '' };
  return new Failure({ ...problem, span: { source, start: 0, end: 0 } });
}

/** The option or input a place stands for (`''` for the step as a whole); nothing for a place in a real file. */
export function stepPlace(path: string): string | undefined {
  return path.startsWith(scheme) ? path.slice(scheme.length) : undefined;
}
