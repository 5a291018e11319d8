// What makes a generated `split` right: counts that the rows can meet, in whatever order they are drawn.
import type { Decisions } from '../decisions.ts';
import { datasetOf, type Plan, type Rules, type Sketch } from '../sketch.ts';
import { bool, int, ints, share, string, word, words, type Term } from '../terms.ts';
import type { DatasetFacts } from '../things.ts';
import { teams } from '../world.ts';

const parts = ['test', 'validation', 'train', 'unlabelled'] as const;
type Part = (typeof parts)[number];

export const split: Rules = {
  accepts: (_, { facts }) =>
    facts.type === 'dataset' &&
    facts.part === 'whole' &&
    facts.role === 'pool' &&
    facts.perLabel >= 6 &&
    !facts.mixed,
  planned: [...parts, 'stratify', 'group_by', 'duplicates'],
  plan: (sketch, d) => planned(sketch, d),
  facts(part, sketch, plan) {
    const from = datasetOf(sketch, 'from');
    if (from === undefined || plan[part] === undefined) return undefined;
    const draw = from.draws[0];
    const unlabelled = part === 'unlabelled';
    return {
      ...from,
      part: part as Part,
      labelled: from.labelled && !unlabelled,
      perLabel: plan[part]?.is === 'per-label' ? 2 : 0,
      rows: undefined,
      draws: [{ group: draw?.group ?? '', by: sketch.name, axes: sketch.axes, chosen: new Map() }],
    };
  },
  random: (plan) => parts.some((part) => isDrawn(plan[part])),
};

function isDrawn(term: Term | undefined): boolean {
  return term !== undefined && term.is !== 'word' && term.is !== 'rows';
}

/** Each part takes from what is left of every label at the worst. */
function planned(sketch: Sketch, d: Decisions): Plan {
  const from = datasetOf(sketch, 'from');
  const grouping = d.chance('group_by', 0.15) && from?.columns.includes('author') === true;
  const grouped = from?.grouped === true || grouping;
  const factor = grouped ? 2 : 1; // a drawn row keeps the other one of its author away from other parts
  let left = Math.floor((from?.perLabel ?? 0) / factor) - 3; // three are for `train`
  const given = parts.filter((part) => part === 'train' || d.chance(part, part === 'test' ? 0.9 : 0.4));
  const rest = d.pick('rest', ['none', 'none', ...given] as const);
  const plan: Record<string, Term | undefined> = {
    stratify: d.chance('stratify', 0.2) ? bool(true) : undefined,
    duplicates: d.chance('duplicates', 0.2) ? words('together', 'drop') : undefined,
    group_by: grouping ? string('author') : undefined,
  };
  for (const part of given) {
    if (part === rest) {
      plan[part] = word('rest');
      continue;
    }
    if (part === 'train') {
      plan[part] = { is: 'per-label', count: ints(2, 3) };
      continue;
    }
    if (left < 1) continue;
    const { term, takes } = countOf(from, grouped, left, d.at(part));
    plan[part] = term;
    left -= takes;
  }
  return plan;
}

function countOf(
  from: DatasetFacts | undefined,
  grouped: boolean,
  left: number,
  d: Decisions,
): { readonly term: Term; readonly takes: number } {
  const total = from?.rows?.length;
  switch (d.below('form', grouped ? 2 : 4)) {
    case 1:
      if (left >= 2) return { term: { is: 'per-label', count: ints(1, 2) }, takes: 2 };
      break;
    case 2:
      if (left >= 2) return { term: int(teams.length), takes: 2 };
      break;
    case 3:
      // Shares of at most a label's worth of rows.
      if (left >= 3 && total !== undefined && total >= 20) return { term: share(0.1), takes: 3 };
      break;
    default:
      break;
  }
  return { term: { is: 'per-label', count: int(1) }, takes: 1 };
}
