// Whether the changes that `augment` is asked for are for the rows that it is given.
import { changesOf, changesWhat, type Change } from './augment-changes.ts';
import type { Dataset } from './dataset.ts';
import { stepFailure } from './step-failure.ts';

/** Throws `Failure` where a change is for other rows than these. */
export function checkChanges(asked: readonly Change[], { images }: Dataset): void {
  const problem = changesProblem(asked, images !== undefined);
  if (problem !== undefined) throw stepFailure(problem, 'with');
}

/** What is wrong with changes that are for other rows than these. */
export function changesProblem(asked: readonly Change[], pictures: boolean) {
  const others = asked.filter((change) => changesWhat(change) === (pictures ? 'texts' : 'pictures'));
  if (others.length === 0) return undefined;
  const these = pictures ? 'pictures' : 'texts';
  const those = pictures ? 'texts' : 'pictures';
  const named = [...new Set(others.map(({ name }) => `\`${name}\``))].join(', ');
  return {
    code: 'wrong-artifact',
    message: `${named} ${named.includes(',') ? 'change' : 'changes'} ${those}, and these rows are ${these}`,
    hint: `changes of ${these} are ${changesOf(these)}`,
  } as const;
}
