// What makes rows of a dataset belong together: their text, the row they come from, their group. For cutting it into parts.
import type { RowKeys } from '../learning/sampling/units.ts';
import { isMissing } from './condition.ts';
import { texts, type Dataset } from './dataset.ts';
import { cellText } from './load-columns.ts';

/** `group` is a column; rows without a value there belong to no group. */
export async function rowKeys(dataset: Dataset, group: string | undefined): Promise<RowKeys> {
  const { normaliseText } = await import('../learning/identity.ts');
  const values = [...dataset.columns.values()];
  const whole = (row: number): string => JSON.stringify(values.map((column) => column[row]));
  const text = dataset.roles.text === undefined ? undefined : texts(dataset);
  const { label, id } = dataset.roles;
  const cell = (name: string | undefined, row: number) =>
    (name === undefined ? undefined : dataset.columns.get(name)?.[row]) ?? null;
  const rows = Array.from({ length: dataset.rows }, (_, row) => row);
  const groupOf = (row: number): string | undefined => {
    const value = cell(group, row);
    return isMissing(value) ? undefined : cellText(value);
  };
  return {
    identity: rows.map((row) => (text === undefined ? whole(row) : normaliseText(text[row] ?? ''))),
    detail: (row) => JSON.stringify([text?.[row] ?? '', cell(label, row), cell(id, row)]),
    source: dataset.source,
    group: group === undefined ? undefined : rows.map(groupOf),
  };
}
