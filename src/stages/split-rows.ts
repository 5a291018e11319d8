// Which rows of a dataset go into which part. The drawing itself is in src/learning/sampling; here it is told what a row is.
import type { Pool } from '../learning/sampling/draw.ts';
import type { Random } from '../learning/random.ts';
import { labelIndices, labelSets, type Dataset } from './dataset.ts';
import { unknownColumn, type Finding } from './load-columns.ts';
import { rowKeys } from './row-keys.ts';
import { drawOrder, countProblems, shareOf, type Counts, type Part } from './split-known.ts';
import { needsLabels, outsideRows, tooFewRows, wholeClasses, type Shortage } from './split-problems.ts';

export interface SplitOptions extends Counts {
  readonly stratify: boolean;
  readonly group_by: string | undefined;
  readonly duplicates: 'together' | 'drop' | 'allow';
}

export type SplitResult =
  | {
      readonly state: 'split';
      readonly parts: ReadonlyMap<Part, readonly number[]>;
      readonly notes: readonly string[];
    }
  | { readonly state: 'wrong'; readonly findings: readonly Finding[] };

export async function splitRows(
  dataset: Dataset,
  options: SplitOptions,
  random: (part: Part) => Random,
): Promise<SplitResult> {
  const { createPool, drawPart, freeByLabel, freeRows, take } = await import('../learning/sampling/draw.ts');
  const { unitsOf, withoutRepeats } = await import('../learning/sampling/units.ts');
  const { group_by: group, duplicates } = options;
  const findings = [...countProblems(options)];
  if (group !== undefined && !dataset.columns.has(group))
    findings.push({ at: 'group_by', problem: unknownColumn(group, [...dataset.columns.keys()]) });
  const named = namedParts(dataset, options);
  findings.push(...named.findings);
  if (findings.length > 0) return { state: 'wrong', findings };

  const notes = [...named.notes];
  const keys = await rowKeys(dataset, group ?? dataset.roles.group);
  const barred = new Uint8Array(dataset.rows);
  if (duplicates === 'drop') {
    const kept = new Set([...named.parts.values()].flat());
    barred.fill(1);
    for (const row of withoutRepeats(keys, (i) => kept.has(i))) barred[row] = 0;
  }
  const dropped = barred.reduce((sum, bar) => sum + bar, 0);
  if (dropped > 0)
    notes.push(`${rows(dropped, 'repeats', 'repeat')} the text of another row and went into no part`);
  const byClass = group !== undefined && group === dataset.roles.label;
  const labels =
    dataset.roles.label === undefined
      ? undefined
      : {
          of: dataset.multiLabel ? labelSets(dataset) : labelIndices(dataset),
          count: dataset.labels.length,
        };

  const pool = createPool(unitsOf(keys, duplicates !== 'allow'), labels, barred);
  const parts = new Map(named.parts);
  take(pool, [...parts.values()].flat());
  for (const [part, count] of drawOrder(options)) {
    if (count !== 'rest' && 'named' in count) continue;
    const free = freeRows(pool);
    const short = (left: Shortage['left']): SplitResult => {
      const shortage: Shortage = { part, count, left, after: [...parts.keys()], exact: true };
      return { state: 'wrong', findings: [{ at: part, problem: tooFewRows(shortage, dataset.labels) }] };
    };
    if (count === 'rest') {
      if (free.length === 0) return short(0);
      parts.set(part, drawPart(pool, 'rest', random(part)));
    } else if ('per_label' in count) {
      if (labels === undefined) return { state: 'wrong', findings: [needsLabels(part)] };
      if (byClass) return { state: 'wrong', findings: [wholeClasses(part)] };
      const available = freeByLabel(pool, free);
      const few = dataset.labels
        .map((label, i) => ({ label, rows: available[i] }))
        .filter((entry) => entry.rows < count.per_label);
      if (few.length > 0) return short(few);
      parts.set(part, drawPart(pool, count, random(part)));
    } else {
      const wanted = 'rows' in count ? count.rows : shareOf(count.share, dataset.rows - dropped);
      if (wanted < 1 || wanted > free.length) return short(free.length);
      const stratify = options.stratify && labels !== undefined;
      const draw = byClass ? { whole: wanted } : { rows: wanted, stratify };
      parts.set(part, drawPart(pool, draw, random(part)));
    }
  }
  const held = heldBack(pool, parts, options);
  if (held > 0)
    notes.push(
      `${rows(held, 'went', 'went')} into no part: a row with the same text or group is in another part`,
    );
  return { state: 'split', parts, notes };
}

interface NamedParts {
  readonly parts: ReadonlyMap<Part, readonly number[]>;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** Row numbers of the loaded data as rows of this dataset, where copies of a row have one number. */
function namedParts(dataset: Dataset, counts: Counts): NamedParts {
  const bySource = new Map<number, number[]>();
  dataset.source.forEach((source, row) => {
    const copies = bySource.get(source);
    if (copies === undefined) bySource.set(source, [row]);
    else copies.push(row);
  });
  const parts = new Map<Part, readonly number[]>();
  const findings: Finding[] = [];
  const notes: string[] = [];
  for (const [part, count] of drawOrder(counts)) {
    if (count === 'rest' || !('named' in count)) continue;
    const others = new Set([...parts.values()].flat());
    const outside = count.named.filter((row) => !bySource.has(row));
    if (outside.length > 0) findings.push(outsideRows(part, outside, 'the dataset does not have them'));
    const found = count.named.flatMap((row) => bySource.get(row) ?? []);
    const mine = part === 'unlabelled' ? found.filter((row) => !others.has(row)) : found;
    const removed = found.length - mine.length;
    if (removed > 0)
      notes.push(
        `${rows(removed, 'was', 'were')} removed from \`unlabelled\`, because another part has them`,
      );
    parts.set(part, mine);
  }
  return { parts, findings, notes };
}

/** Rows that `rest` would have taken, had they not shared something with another part. */
function heldBack(pool: Pool, parts: ReadonlyMap<Part, readonly number[]>, counts: Counts): number {
  if (!drawOrder(counts).some(([, count]) => count === 'rest')) return 0;
  const placed = new Set([...parts.values()].flat());
  return pool.barred.reduce((sum, bar, row) => sum + (bar === 0 && !placed.has(row) ? 1 : 0), 0);
}

function rows(n: number, one: string, many: string): string {
  return n === 1 ? `1 row ${one}` : `${n} rows ${many}`;
}
