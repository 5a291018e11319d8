// What `split` says when a count cannot be met; the same words before a run and during it.
import type { Problem } from '../parser/diagnostic.ts';
import { alikeLabels, quotedLabel } from './alike-labels.ts';
import type { Finding } from './load-columns.ts';
import type { Part } from './split-known.ts';
import type { Count } from './value.ts';

export interface Shortage {
  readonly part: Part;
  readonly count: Count;
  /** What there is: rows, or rows of the labels that have too few. */
  readonly left: number | readonly { readonly label: string; readonly rows: number }[];
  /** Parts that have some of the data already. */
  readonly after: readonly Part[];
  /** Whether `left` is what there is, and not only what is likely. */
  readonly exact: boolean;
  /** The greatest number per label that fits, where it is not the least of `left`. */
  readonly most?: number;
  /** How many labels share the rows of `left`, where it is a number. */
  readonly labels?: number;
}

/** `names`: the labels of the rows. */
export function tooFewRows(shortage: Shortage, names: readonly string[]): Omit<Problem, 'span'> {
  const problem = shortageProblem(shortage);
  const [alike] = alikeLabels(names);
  if (alike === undefined) return problem;
  const as = `${alike.map(quotedLabel).join(' and ')} differ only in white space or case: if they are one label, give them one name with \`label_names\` of \`load\``;
  return { ...problem, hint: `${as}; else ${problem.hint}` };
}

function shortageProblem(shortage: Shortage) {
  const { part, count, left, after, exact, labels } = shortage;
  const others = after.length === 0 ? '' : ` after ${after.map((name) => `\`${name}\``).join(', ')}`;
  if (count !== 'rest' && 'per_label' in count && typeof left !== 'number') {
    const most = shortage.most ?? Math.min(...left.map(({ rows }) => rows));
    const shown = left
      .slice(0, 5)
      .map(({ label, rows }) => `\`${label}\` has ${exact ? '' : 'about '}${rows}`);
    const more = left.length > 5 ? ` and ${left.length - 5} more labels have too few` : '';
    return {
      code: 'too-few-rows' as const,
      message: `\`${part}\` asks for ${count.per_label} rows of each label, but${others} ${shown.join(', ')}${more}`,
      hint:
        most > 0
          ? `${exact ? 'at most' : 'about'} \`${most} per label\` is possible here; lower this count or another part's, or bring more rows`
          : "lower another part's count, bring rows of the label, or leave the label out with `where:` in `load`",
    };
  }
  const there = typeof left === 'number' ? left : left.reduce((sum, { rows }) => sum + rows, 0);
  if (count !== 'rest' && 'per_label' in count && labels !== undefined)
    return {
      code: 'too-few-rows' as const,
      message: `\`${part}\` asks for ${count.per_label} rows of each of ${labels} labels, but${others} there ${verb(there)} left`,
      hint: "lower this count or another part's, or bring more rows",
    };
  const wanted =
    count === 'rest' ? 'the rest' : 'rows' in count ? `${count.rows} rows` : 'a share of the rows';
  const share = count !== 'rest' && 'share' in count;
  return {
    code: 'too-few-rows' as const,
    message: share
      ? `\`${part}\` asks for ${Number((count.share * 100).toFixed(6))}% of the rows, but${others} there ${verb(there)} left`
      : `\`${part}\` asks for ${wanted}, but${others} there ${verb(there)} left`,
    hint: "lower this count or another part's, or bring more rows",
  };
}

function verb(rows: number): string {
  return rows === 1 ? 'is 1 row' : rows === 0 ? 'are no rows' : `are ${rows} rows`;
}

export function outsideRows(part: Part, rows: readonly number[], has: string): Finding {
  return {
    at: part,
    problem: {
      code: 'out-of-range',
      message: `\`${part}\` names the row${rows.length > 1 ? 's' : ''} ${rows.slice(0, 5).join(', ')}${rows.length > 5 ? ', …' : ''}, but ${has}`,
      hint: 'rows are counted from 0; check that the list was made for this data',
    },
  };
}

export function needsLabels(part: Part): Finding {
  return {
    at: part,
    problem: {
      code: 'needs-labels',
      message: `\`${part}\` counts rows per label, and the rows have no labels`,
      hint: 'give a number or a share of the rows, or name the label column in `load`: `label: "…"`',
    },
  };
}

/** Where rows of a label stay together. */
export function wholeClasses(part: Part): Finding {
  return {
    at: part,
    problem: {
      code: 'wrong-type',
      message:
        '`per label` takes rows of every label, and by `group_by` each label goes into one part as a whole',
      hint: 'give a number or a share of rows: `30%`, `rest`',
    },
  };
}
