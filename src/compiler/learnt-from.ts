// Whether something that was learnt has consumed rows of a set, itself or through what it was made from, and by which way.
import type { Consumption, Learnt } from './provenance.ts';
import type { RowSet, RowSets } from './row-set.ts';

export interface Found {
  readonly consumption: Consumption;
  /** From what was asked about to what consumed the rows itself. */
  readonly way: readonly Learnt[];
}

/** Where the answer lies: in the step itself, or behind one that it is made from. */
type Answer = { readonly consumption: Consumption } | { readonly behind: Learnt } | 'nothing';

export type Finder = (learnt: Learnt, set: RowSet, purpose: Consumption['purpose']) => Found | undefined;

/** Answers are kept, so that asking about all models of a program costs as much as there are models. */
export function finder(sets: RowSets, counts: (consumption: Consumption) => boolean): Finder {
  const known = {
    fitted: new Map<RowSet, Map<Learnt, Answer>>(),
    selected: new Map<RowSet, Map<Learnt, Answer>>(),
  };
  return (asked, set, purpose) => {
    const answers = known[purpose].get(set) ?? new Map<Learnt, Answer>();
    known[purpose].set(set, answers);
    const own = ({ own: list }: Learnt): Consumption | undefined =>
      list.find((one) => one.purpose === purpose && counts(one) && sets.share(one.rows.set, set));
    // Depth first, with a stack of its own: models are made from models further than the stack of the language goes.
    const open = [{ learnt: asked, left: [...asked.from] }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const { learnt, left } = top;
      const next = left.pop();
      if (answers.has(learnt)) open.pop();
      else if (next !== undefined && !answers.has(next)) open.push({ learnt: next, left: [...next.from] });
      else if (next === undefined) {
        const consumption = own(learnt);
        const behind = learnt.from.find((one) => answers.get(one) !== 'nothing');
        answers.set(
          learnt,
          consumption !== undefined ? { consumption } : behind !== undefined ? { behind } : 'nothing',
        );
        open.pop();
      }
    }
    return wayFrom(asked, answers);
  };
}

function wayFrom(asked: Learnt, answers: ReadonlyMap<Learnt, Answer>): Found | undefined {
  const way: Learnt[] = [];
  for (let at: Learnt | undefined = asked; at !== undefined;) {
    way.push(at);
    const answer: Answer | undefined = answers.get(at);
    if (answer === undefined || answer === 'nothing') return undefined;
    if ('consumption' in answer) return { consumption: answer.consumption, way };
    at = answer.behind;
  }
  return undefined;
}
