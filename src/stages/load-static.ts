// What is known of a `load` before it runs, from the facts about its files. Only what is certain is said.
import type { StaticDataset } from './artifact.ts';
import { conditionColumns, holds } from './condition.ts';
import type { Scalar } from './dataset.ts';
import type { TableFacts } from './facts.ts';
import { isPair, useColumns, type Finding } from './load-columns.ts';
import { nameFindings, orderedLabels, unknownKeys } from './load-labels.ts';
import {
  incompleteProblem,
  noneKept,
  noRows,
  pairsWithSeveral,
  textColumns,
  type RowOptions,
} from './load-rows.ts';

export interface KnownLoad {
  readonly dataset: StaticDataset;
  readonly findings: readonly Finding[];
}

export function knownLoad(table: TableFacts, options: RowOptions): KnownLoad {
  const { roles, made, findings } = useColumns(table.columns, options);
  const columns = [...table.columns, ...made.keys()];
  const base: StaticDataset = {
    type: 'dataset',
    columns,
    rows: undefined,
    labelled: roles.label !== undefined || findings.length > 0,
    labels: undefined,
    partition: undefined,
    pairs: isPair(options.text),
    ...(roles.label !== undefined && { label_column: roles.label }),
  };
  if (table.rows === undefined) return { dataset: base, findings };
  if (table.rows === 0)
    return {
      dataset: base,
      findings: [...findings, noRows],
    };

  const { label } = roles;
  const counts = label === undefined ? [] : table.counts(label);
  const present = counts?.map(({ value }) => value);
  const names = options.label_names;
  const keyFindings =
    names !== undefined && present !== undefined && label !== undefined ? unknownKeys(names, present) : [];
  const all = options.where === undefined && options.limit === undefined;
  const lists = label === undefined ? undefined : table.lists?.(label);
  const multi = lists === true && !all ? undefined : lists; // rows with lists may be left out
  if (findings.length > 0) {
    // A wrong text column says nothing against the labels, so more shots than rows can be told with it.
    const countable = label !== undefined && counts !== undefined && keyFindings.length === 0;
    const labels = countable && options.where === undefined ? labelRows(counts, names) : undefined;
    const rows = labels?.reduce((sum, { rows: n = 0 }) => sum + n, 0);
    return { dataset: { ...base, rows, labels }, findings: [...findings, ...keyFindings] };
  }
  const none = nothingKept(table, options);
  if (none !== undefined) return { dataset: base, findings: [none] };
  const kept = keptByLabel(table, label, counts, options);
  if (kept === undefined) return { dataset: { ...base, multi_label: multi }, findings: keyFindings };

  const without = textColumns(roles)
    .filter((name) => !made.has(name))
    .map((name) => ({ name, empty: table.missing(name) ?? 0 }))
    .map(({ name, empty }) => ({ name, empty, rows: table.blank?.(name) ?? empty }));
  const noText = without.reduce((sum, { rows }) => sum + rows, 0);
  const nothing: Finding[] = [];
  if (options.on_error === 'fail') {
    for (const { name, empty, rows: count } of options.where === undefined ? without : [])
      if (count > 0) nothing.push({ at: 'text', problem: incompleteProblem('text', name, { count, empty }) });
    if (label !== undefined && kept.missing > 0)
      nothing.push({
        at: 'label',
        problem: incompleteProblem('label', label, { count: kept.missing, empty: kept.missing }),
      });
  }
  if (multi === true && isPair(options.text)) nothing.push(pairsWithSeveral);
  const used = kept.counts?.map(({ value }) => value);
  const unnamed =
    names !== undefined && used !== undefined && options.limit === undefined
      ? nameFindings(names, present ?? [], used)
      : keyFindings;
  const certain = noText === 0 && options.limit === undefined;
  const rows = certain
    ? kept.rows
    : noText === 0
      ? Math.min(kept.rows, options.limit ?? kept.rows)
      : undefined;
  const labels = certain && used !== undefined ? labelRows(kept.counts ?? [], names) : undefined;
  const numbered = kept.rows + kept.missing + table.skipped;
  const wrong = nothing.length + unnamed.length > 0; // one mistake is not told again by the stages behind
  return {
    dataset: wrong
      ? base
      : {
          ...base,
          rows,
          ...(options.on_error === 'skip' && numbered !== rows && { numbered }),
          multi_label: multi,
          labels: label === undefined ? [] : labels,
        },
    findings: [...nothing, ...unnamed],
  };
}

type Counts = readonly { readonly value: string; readonly rows: number }[];

interface Kept {
  /** Rows with a label; all rows where there is no label column. */
  readonly rows: number;
  readonly counts: Counts | undefined;
  /** Rows that stay and have no label. */
  readonly missing: number;
}

/** A condition over one column that none of its values meets, whatever type the text of a value stands for. */
function nothingKept(table: TableFacts, { where }: RowOptions): Finding | undefined {
  const [column, ...others] = where === undefined ? [] : conditionColumns(where);
  if (where === undefined || column === undefined || others.length > 0 || table.rows === undefined)
    return undefined;
  const counts = table.counts(column);
  const missing = table.missing(column);
  if (counts === undefined || missing === undefined) return undefined;
  if (counts.reduce((sum, { rows }) => sum + rows, missing) !== table.rows) return undefined; // lists
  if (missing > 0 && holds(where, () => null)) return undefined;
  const meets = ({ value }: Counts[number]): boolean =>
    readings(value).some((reading) => holds(where, () => reading));
  if (counts.some(meets)) return undefined;
  return noneKept(table.rows, [{ column, values: counts.map(({ value }) => value) }]);
}

/** What a text of the facts may be in the data. */
function readings(value: string): readonly Scalar[] {
  if (value === 'true' || value === 'false') return [value, value === 'true'];
  return String(Number(value)) === value ? [value, Number(value)] : [value];
}

/** What `where` leaves; known where there is none, or where it speaks of the label alone. */
function keptByLabel(
  table: TableFacts,
  label: string | undefined,
  counts: Counts | undefined,
  { where }: RowOptions,
): Kept | undefined {
  const all = table.rows ?? 0;
  const missing = label === undefined ? 0 : (table.missing(label) ?? 0);
  if (where === undefined) return { rows: all - missing, counts, missing };
  const onlyLabel = label !== undefined && conditionColumns(where).every((column) => column === label);
  const single = counts?.reduce((sum, { rows }) => sum + rows, missing) === all; // no lists
  if (!onlyLabel || counts === undefined || !single) return undefined;
  const left = counts.filter(({ value }) => holds(where, () => value));
  const rows = left.reduce((sum, entry) => sum + entry.rows, 0);
  return { rows, counts: left, missing: holds(where, () => null) ? missing : 0 };
}

function labelRows(counts: Counts, names: RowOptions['label_names']): NonNullable<StaticDataset['labels']> {
  const byLabel = new Map(names);
  const rows = new Map<string, number>();
  for (const { value, rows: n } of counts) {
    const name = byLabel.get(value) ?? value;
    rows.set(name, (rows.get(name) ?? 0) + n);
  }
  const used = counts.map(({ value }) => value);
  return orderedLabels(used, names).map((name) => ({ name, rows: rows.get(name) }));
}
