// From a table to a dataset: which rows stay, what their texts and labels are. Pure; the problems it finds are returned.
import { withoutMark } from '../learning/text-pair.ts';
import type { Problem } from '../parser/diagnostic.ts';
import { compareCodePoints } from './code-point-order.ts';
import { conditionColumns, holds, isMissing } from './condition.ts';
import type { Column, Dataset, Roles, Value } from './dataset.ts';
import {
  cellText,
  isBlank,
  list,
  templateTexts,
  useColumns,
  type ColumnOptions,
  type Finding,
} from './load-columns.ts';
import {
  distinctLabels,
  labelColumn,
  orderedLabels,
  nameFindings,
  unknownKeys,
  type LabelNames,
} from './load-labels.ts';
import type { Table } from './tables/table.ts';

export interface RowOptions extends ColumnOptions {
  readonly label_names: LabelNames | undefined;
  readonly on_error: 'fail' | 'skip';
  readonly limit: number | undefined;
}

export type LoadedRows =
  | {
      readonly state: 'loaded';
      readonly dataset: Dataset;
      /** Rows left out for want of a text or label. */
      readonly incomplete: number;
    }
  | { readonly state: 'wrong'; readonly findings: readonly Finding[] };

/** `broken`: of each row that could not be read, how many of the table stand before it. */
export function loadRows(table: Table, broken: readonly number[], options: RowOptions): LoadedRows {
  const { roles, made, findings } = useColumns([...table.columns.keys()], options);
  if (findings.length > 0 || roles.text === undefined) {
    const present =
      roles.label === undefined ? undefined : distinctLabels(table.columns.get(roles.label) ?? []);
    const keys = present && options.label_names ? unknownKeys(options.label_names, present) : [];
    return { state: 'wrong', findings: [...findings, ...(table.rows === 0 ? [noRows] : keys)] };
  }
  const columns = new Map(table.columns);
  for (const [name, parts] of made) columns.set(name, templateTexts(parts, table.columns, table.rows));
  const all: Rows = { columns, indices: Array.from({ length: table.rows }, (_, i) => i) };
  if (table.rows === 0) return { state: 'wrong', findings: [noRows] };

  const chosen = where(all, options);
  if (chosen.indices.length === 0)
    return { state: 'wrong', findings: [noneKept(table.rows, valuesIn(columns, options))] };
  const complete = withTextAndLabel(chosen, roles);
  if (options.on_error === 'fail' && complete.findings.length > 0)
    return { state: 'wrong', findings: complete.findings };
  if (complete.rows.indices.length === 0)
    return wrong('from', { code: 'empty-data', message: 'no row has both a text and a label' });

  const used = complete.rows.indices.slice(0, options.limit);
  const picked = new Map([...columns].map(([name, values]) => [name, used.map((i) => values[i] ?? null)]));
  for (const name of textColumns(roles))
    picked.set(
      name,
      (picked.get(name) ?? []).map((value) => withoutMark(cellText(value))),
    );
  const bytes = textColumns(roles).find((name) => !made.has(name) && areBytes(picked.get(name) ?? []));
  if (bytes !== undefined) return wrong('text', bytesNoTexts(bytes));
  const labelled = labels(columns, picked, roles, options.label_names);
  if (labelled.findings.length > 0) return { state: 'wrong', findings: labelled.findings };
  if (labelled.multi && roles.second !== undefined) return { state: 'wrong', findings: [pairsWithSeveral] };
  const numbers = rowNumbers(chosen.indices, broken);
  const dataset: Dataset = {
    rows: used.length,
    columns: picked,
    roles,
    labels: labelled.labels,
    multiLabel: labelled.multi,
    partition: undefined,
    source: Int32Array.from(used, (index) => numbers.get(index) ?? index),
  };
  return { state: 'loaded', dataset, incomplete: chosen.indices.length - complete.rows.indices.length };
}

/**
 * By index in the table. Rows that are left out as broken, or for want of a text or label, keep their numbers, so that those of a
 * published split stay right.
 */
function rowNumbers(chosen: readonly number[], broken: readonly number[]): ReadonlyMap<number, number> {
  let passed = 0;
  return new Map(
    chosen.map((index, number) => {
      while ((broken[passed] ?? Infinity) <= index) passed += 1;
      return [index, number + passed];
    }),
  );
}

export const noRows: Finding = {
  at: 'from',
  problem: {
    code: 'empty-data',
    message: 'the data has no rows',
    hint: 'check that it is the right file, and that `header` says whether its first line is data',
  },
};

/** `values`: distinct ones of each column that the condition names. */
export function noneKept(
  rows: number,
  values: readonly { readonly column: string; readonly values: readonly string[] }[],
): Finding {
  const shown = values.map(
    (entry) =>
      `\`${entry.column}\` has ${entry.values.length === 0 ? 'no values' : `the values ${list(entry.values.map(shortened))}`}`,
  );
  return {
    at: 'where',
    problem: {
      code: 'empty-data',
      message: `${rows === 1 ? 'the one row does not meet' : `none of the ${rows} rows meets`} the condition`,
      hint: `in the data ${shown.join(', and ')}`,
    },
  };
}

function shortened(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}

interface Incomplete {
  readonly count: number;
  /** How many of them are empty, and not white space, which a condition does not take for `null`. */
  readonly empty: number;
  /** The first such row, counted from 1 over the rows of all files; unknown before the run. */
  readonly row?: number;
}

export function incompleteProblem(
  role: 'text' | 'label',
  column: string,
  { count, empty, row }: Incomplete,
): Omit<Problem, 'span'> {
  const where =
    empty === count ? `\`where: ${/^[A-Za-z_]\w*$/.test(column) ? column : '…'} != null\` or ` : '';
  const place = row === undefined ? '' : count === 1 ? ` (row ${row})` : ` (the first is row ${row})`;
  return {
    code: role === 'text' ? 'needs-text' : 'needs-labels',
    message: `${count} ${count === 1 ? 'row has' : 'rows have'} nothing in the ${role} column \`${column}\`${place}`,
    hint: `leave such rows out with ${where}\`on_error: skip\``,
  };
}

/** Whether most of the values are bytes that were read as texts: what is no UTF-8 has become U+FFFD, and texts have no U+0000. */
function areBytes(values: Column): boolean {
  const strange = values.filter(
    (value) => typeof value === 'string' && value.includes('\0') && value.includes('\uFFFD'),
  );
  return strange.length * 2 > values.length;
}

function bytesNoTexts(column: string) {
  return {
    code: 'wrong-type',
    message: `the column \`${column}\` holds bytes, and no texts`,
    hint: `name a column of texts, or where the bytes are pictures \`image: "${column}"\` in the place of \`text\``,
  } as const;
}

/** The columns of the texts: two where rows are pairs. */
export function textColumns({ text, second }: Roles): readonly string[] {
  return [text, second].filter((name) => name !== undefined);
}

export const pairsWithSeveral: Finding = {
  at: 'text',
  problem: {
    code: 'not-supported',
    message: 'these rows are pairs of texts and have lists of labels, and pairs have one label each',
    hint: 'leave out one of the two texts, or give each row one label',
  },
};

interface Rows {
  readonly columns: ReadonlyMap<string, Column>;
  readonly indices: readonly number[];
}

function where(rows: Rows, options: RowOptions): Rows {
  const condition = options.where;
  if (condition === undefined) return rows;
  const kept = (i: number): boolean => holds(condition, (column) => rows.columns.get(column)?.[i] ?? null);
  return { ...rows, indices: rows.indices.filter(kept) };
}

function valuesIn(columns: ReadonlyMap<string, Column>, { where: condition }: RowOptions) {
  return (condition === undefined ? [] : conditionColumns(condition)).map((column) => ({
    column,
    values: [...distinctLabels(columns.get(column) ?? [])].sort(compareCodePoints),
  }));
}

function withTextAndLabel(
  rows: Rows,
  roles: Roles,
): { readonly rows: Rows; readonly findings: readonly Finding[] } {
  const value = (column: string | undefined, i: number): Value =>
    (column === undefined ? undefined : rows.columns.get(column)?.[i]) ?? null;
  const without = textColumns(roles).map((name) => ({
    name,
    rows: rows.indices.filter((i) => isBlank(value(name, i))),
  }));
  const noLabel =
    roles.label === undefined ? [] : rows.indices.filter((i) => isMissing(value(roles.label, i)));
  const finding = (
    role: 'text' | 'label',
    name: string | undefined,
    missing: readonly number[],
  ): readonly Finding[] => {
    const [first] = missing;
    if (first === undefined) return [];
    const empty = missing.filter((i) => isMissing(value(name, i))).length;
    const incomplete = { count: missing.length, empty, row: first + 1 };
    return [{ at: role, problem: incompleteProblem(role, name ?? '', incomplete) }];
  };
  const out = new Set([...without.flatMap(({ rows: missing }) => missing), ...noLabel]);
  return {
    rows: { ...rows, indices: rows.indices.filter((i) => !out.has(i)) },
    findings: [
      ...without.flatMap(({ name, rows: missing }) => finding('text', name, missing)),
      ...finding('label', roles.label, noLabel),
    ],
  };
}

/** Puts the label column of `picked` into its final form. */
function labels(
  all: ReadonlyMap<string, Column>,
  picked: Map<string, Column>,
  { label }: Roles,
  names: LabelNames | undefined,
): { readonly labels: readonly string[]; readonly multi: boolean; readonly findings: readonly Finding[] } {
  if (label === undefined) return { labels: [], multi: false, findings: [] };
  const values = picked.get(label) ?? [];
  const used = distinctLabels(values);
  const findings = names === undefined ? [] : nameFindings(names, distinctLabels(all.get(label) ?? []), used);
  const { column, multi } = labelColumn(values, names);
  picked.set(label, column);
  return { labels: orderedLabels(used, names), multi, findings };
}

function wrong(at: string, problem: Omit<Problem, 'span'>): LoadedRows {
  return { state: 'wrong', findings: [{ at, problem }] };
}
