// What is known of the parts of a `split` before it runs, and counts that cannot be met. Pure. Bounds are upper bounds:
// rows that share a text or a group with another part may make fewer of them available.
import type { StaticDataset } from './artifact.ts';
import type { Finding } from './load-columns.ts';
import { outsideRows, tooFewRows, type Shortage } from './split-problems.ts';
import type { PartDraw } from './stage.ts';
import type { Count } from './value.ts';

/** In the order in which they are drawn. */
export const parts = ['test', 'validation', 'train', 'unlabelled'] as const;
export type Part = (typeof parts)[number];

export type Counts = Readonly<Record<Part, Count | undefined>>;

/** Named parts first, `rest` last, the others in order. */
export function drawOrder(counts: Counts): readonly (readonly [Part, Count])[] {
  const given = parts.flatMap((part) => {
    const count = counts[part];
    return count === undefined ? [] : [[part, count] as const];
  });
  const stage = (count: Count): number => (count === 'rest' ? 2 : 'named' in count ? 0 : 1);
  return given.sort(([, a], [, b]) => stage(a) - stage(b));
}

/**
 * What the rows of each part depend on, beside the rows of `from` and the seed: rows that any part names, the parts drawn
 * before, and its own count. Counts of one kind after equal parts nest.
 */
export function partDraws(
  options: Counts & {
    readonly stratify: boolean;
    readonly group_by: string | undefined;
    readonly duplicates: string;
  },
): Readonly<Partial<Record<Part, PartDraw>>> {
  const { stratify, group_by: group = null, duplicates } = options;
  const order = drawOrder(options);
  const isNamed = (count: Count): boolean => count !== 'rest' && 'named' in count;
  const named = order.filter(([, count]) => isNamed(count));
  return Object.fromEntries(
    order.map(([part, count], i) => {
      const before = isNamed(count) ? named : order.slice(0, i + 1);
      const decider = [part, stratify, group, duplicates, before];
      const size = sizeOf(count);
      if (size === undefined) return [part, { decider }];
      const series = [part, stratify, group, duplicates, before.slice(0, -1), size.of];
      return [part, { decider, nests: { series, size: size.size } }];
    }),
  );
}

/** Nothing for a count that is no number. */
function sizeOf(count: Count): { readonly of: string; readonly size: number } | undefined {
  if (count === 'rest' || 'named' in count) return undefined;
  if ('per_label' in count) return { of: 'per label', size: count.per_label };
  return 'rows' in count ? { of: 'rows', size: count.rows } : { of: 'share', size: count.share };
}

/** Rows of a share: rounded down, so that shares of 100 % fit. */
export function shareOf(share: number, rows: number): number {
  return Math.floor(share * rows + 1e-9);
}

/** Problems that the options have whatever the data is. */
export function countProblems(counts: Counts): readonly Finding[] {
  const given = drawOrder(counts);
  const findings: Finding[] = [];
  if (given.length === 0)
    findings.push({
      at: 'train',
      problem: {
        code: 'missing-option',
        message: '`split` makes no part',
        hint: 'say how many rows each part gets, such as `train: 8 per label` and `test: rest`',
      },
    });
  const [, ...others] = given.filter(([, count]) => count === 'rest').map(([part]) => part);
  for (const at of others)
    findings.push({
      at,
      problem: {
        code: 'overlapping-parts',
        message: '`rest` is for one part, and another one has it already',
        hint: 'give a number, a share, or `N per label` here',
      },
    });
  return [...findings, ...overlaps(counts)];
}

function overlaps(counts: Counts): readonly Finding[] {
  const owner = new Map<number, Part>();
  const findings: Finding[] = [];
  for (const part of parts) {
    const count = counts[part];
    if (part === 'unlabelled' || count === undefined || count === 'rest' || !('named' in count)) continue;
    const shared = count.named.filter((row) => owner.has(row));
    const [first] = shared;
    if (first !== undefined)
      findings.push({
        at: part,
        problem: {
          code: 'overlapping-parts',
          message:
            `\`${part}\` names ${shared.length === 1 ? 'a row' : `${shared.length} rows`} that \`${owner.get(first)}\` has: ` +
            shared.slice(0, 5).join(', ') +
            (shared.length > 5 ? ', …' : ''),
          hint: 'name each row in one of them',
        },
      });
    for (const row of count.named) owner.set(row, part);
  }
  return findings;
}

export interface KnownSplit {
  readonly statics: Readonly<Record<Part, StaticDataset>>;
  readonly findings: readonly Finding[];
}

interface Left {
  rows: number;
  readonly labels: Map<string, number>;
  /** The same as they are likely to be: a number or share of rows takes of each label in proportion. Not for judging. */
  readonly likely: Map<string, number>;
  /** Whether `labels` are what is left, and not only upper bounds. */
  exact: boolean;
}

interface Drawing {
  /** Rows that repeat a text are left out, so that how many there are is not known. */
  readonly dropping: boolean;
  /** Each label goes into one part as a whole, so that numbers of rows are met only about. */
  readonly byClass: boolean;
}

export function knownSplit(from: StaticDataset, counts: Counts, { dropping, byClass }: Drawing): KnownSplit {
  const findings: Finding[] = [];
  const statics = new Map<Part, StaticDataset>();
  const after: Part[] = [];
  const byLabel = (from.labels ?? []).map(
    ({ name, rows }) => [name, rows ?? Number.POSITIVE_INFINITY] as const,
  );
  const labelNames = byLabel.map(([name]) => name);
  const left: Left = {
    rows: (from.rows ?? Number.POSITIVE_INFINITY) - namedRows(counts).size,
    exact: true,
    labels: new Map(byLabel),
    likely: new Map(byLabel),
  };
  const total = dropping ? undefined : from.rows;
  for (const [part, count] of drawOrder(counts)) {
    const wanted = wantedRows(count, from, total, left);
    const rows = from.numbered ?? from.rows;
    if (count !== 'rest' && 'named' in count && from.partition === undefined && rows !== undefined) {
      const outside = count.named.filter((row) => row >= rows);
      if (outside.length > 0)
        findings.push(outsideRows(part, outside, `the data has the rows 0 to ${rows - 1}`));
    }
    const shortage = findings.length > 0 ? undefined : shortageOf(part, count, wanted, left, after); // the first one says enough
    if (shortage !== undefined) findings.push({ at: part, problem: tooFewRows(shortage, labelNames) });
    const about = byClass && !(count !== 'rest' && 'named' in count);
    const drawn = partOf(from, part, count, about ? undefined : wanted);
    statics.set(part, byClass && part !== 'unlabelled' ? { ...drawn, labels: undefined } : drawn);
    if (!about) leave(left, count, wanted, from.rows);
    if (from.multi_label === true) left.exact = false; // a row drawn for one label takes from its others
    after.push(part);
  }
  const absent = (part: Part): StaticDataset => ({ ...from, rows: 0, labels: undefined, partition: part });
  return {
    statics: {
      test: statics.get('test') ?? absent('test'),
      validation: statics.get('validation') ?? absent('validation'),
      train: statics.get('train') ?? absent('train'),
      unlabelled: statics.get('unlabelled') ?? absent('unlabelled'),
    },
    findings,
  };
}

/** Rows that any part names. */
function namedRows(counts: Counts): ReadonlySet<number> {
  const named = parts.map((part) => counts[part]).filter((count) => count !== undefined && count !== 'rest');
  return new Set(named.flatMap((count) => ('named' in count ? count.named : [])));
}

function wantedRows(
  count: Count,
  from: StaticDataset,
  total: number | undefined,
  left: Left,
): number | undefined {
  if (count === 'rest') return undefined;
  if ('named' in count) return count.named.length;
  if ('rows' in count) return count.rows;
  if ('share' in count) return total === undefined ? undefined : shareOf(count.share, total);
  // A row may be drawn for several of its labels.
  return from.labels === undefined || from.multi_label === true
    ? undefined
    : count.per_label * left.labels.size;
}

/** What a part leaves. */
function leave(left: Left, count: Count, wanted: number | undefined, total: number | undefined): void {
  if (count !== 'rest' && 'per_label' in count) {
    for (const rows of [left.labels, left.likely])
      for (const [name, n] of rows) rows.set(name, n - count.per_label);
  } else {
    left.exact = false;
    const among = count !== 'rest' && 'named' in count ? total : left.rows; // named rows are no longer in `rows`
    if (wanted !== undefined && among !== undefined && Number.isFinite(among) && among > 0)
      for (const [name, n] of left.likely) left.likely.set(name, n - Math.floor((wanted * n) / among));
  }
  if (count === 'rest' || !('named' in count)) left.rows -= wanted ?? 0;
}

function shortageOf(
  part: Part,
  count: Count,
  wanted: number | undefined,
  left: Left,
  after: readonly Part[],
): Shortage | undefined {
  const shortage = { part, count, after: [...after], exact: left.exact };
  const rows = Math.max(0, left.rows);
  if (count === 'rest') return left.rows <= 0 ? { ...shortage, left: 0 } : undefined;
  if ('named' in count) return undefined; // each of them is there, or is outside the data
  if ('per_label' in count) {
    const labels = [...left.labels].map(([label, most]) => ({
      label,
      rows: Math.max(0, Math.min(most, left.likely.get(label) ?? most)),
      short: most < count.per_label,
    }));
    const few = labels.filter((entry) => entry.short || (wanted ?? 0) > rows);
    const short = few.filter((entry) => entry.short || entry.rows < count.per_label);
    if (few.length === 0) return undefined;
    if (short.length === 0) return { ...shortage, left: rows, labels: labels.length };
    const most = Math.min(Math.floor(rows / labels.length), ...labels.map((entry) => entry.rows));
    return { ...shortage, left: short.map(({ label, rows: n }) => ({ label, rows: n })), most };
  }
  if (wanted === undefined || (wanted >= 1 && wanted <= left.rows)) return undefined;
  return { ...shortage, left: rows };
}

function partOf(from: StaticDataset, part: Part, count: Count, rows: number | undefined): StaticDataset {
  const unlabelled = part === 'unlabelled';
  const perLabel =
    count !== 'rest' && 'per_label' in count && from.multi_label !== true ? count.per_label : undefined;
  const dropped = unlabelled && count !== 'rest' && 'named' in count; // rows of other parts leave it
  return {
    type: 'dataset',
    columns: unlabelled && from.labelled ? undefined : from.columns,
    rows: dropped ? undefined : rows,
    labelled: from.labelled && !unlabelled,
    ...(from.label_column !== undefined && !unlabelled && { label_column: from.label_column }),
    multi_label: unlabelled ? undefined : from.multi_label,
    labels: unlabelled ? [] : from.labels?.map(({ name }) => ({ name, rows: perLabel })),
    partition: part,
    images: from.images,
    pairs: from.pairs,
    ...(from.prompt !== undefined && { prompt: from.prompt }),
  };
}
