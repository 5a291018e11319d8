// What a data file holds once read: columns of values, and the rows that could not be read. Knows no format.
import { diagnostic, type Problem } from '../../parser/diagnostic.ts';
import type { Column, Scalar, Value } from '../dataset.ts';

export interface Table {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Column>;
}

/** Rows left out of a table because they are broken, with the problems of the first ones. */
export interface BrokenRows {
  /** Of each, in order, how many rows of the table stand before it. */
  readonly before: readonly number[];
  readonly first: readonly Problem[];
}

export type Reading =
  | { readonly state: 'read'; readonly table: Table; readonly broken: BrokenRows }
  /** No row of the file can be trusted. */
  | { readonly state: 'unreadable'; readonly problem: Problem };

export const noneBroken: BrokenRows = { before: [], first: [] };

/** Gathers broken rows, keeping the problems of the first few only. */
export function brokenRows(): {
  readonly rows: BrokenRows;
  /** `before`: how many rows have been read so far that are not broken. */
  add(before: number, describe: () => Problem): void;
} {
  const first: Problem[] = [];
  const places: number[] = [];
  return {
    rows: { before: places, first },
    add(before, describe) {
      if (first.length < 4) first.push(describe());
      places.push(before);
    },
  };
}

/** One problem for all broken rows of one reading; the first one's place, the others as notes. */
export function problemOf(broken: BrokenRows): Problem | undefined {
  const [problem, ...others] = broken.first;
  if (problem === undefined) return undefined;
  const more = broken.before.length - broken.first.length;
  const notes = others.map((other) => ({ span: other.span, message: other.message }));
  const skip = 'or leave broken rows out with `on_error: skip`';
  return {
    ...diagnostic(problem),
    notes,
    hint: `${problem.hint ?? 'mend the row'}, ${skip}${more > 0 ? ` (${more} more rows are broken)` : ''}`,
  };
}

/** Rows given as maps; a key that a row lacks is null there. */
export function tableOfRecords(records: readonly (readonly (readonly [string, unknown])[])[]): Table {
  const columns = new Map<string, Value[]>();
  records.forEach((record, row) => {
    for (const [key, value] of record) {
      let column = columns.get(key);
      if (column === undefined) columns.set(key, (column = new Array<Value>(records.length).fill(null)));
      column[row] = toValue(value);
    }
  });
  return { rows: records.length, columns };
}

/** The tables under each other. A column that one of them lacks is null there. */
export function stack(tables: readonly Table[]): Table {
  const [only] = tables;
  if (tables.length === 1 && only !== undefined) return only;
  const names = new Set(tables.flatMap((table) => [...table.columns.keys()]));
  const columns = new Map<string, Column>();
  for (const name of names) {
    const pieces = tables.map((table) => table.columns.get(name) ?? new Array<Value>(table.rows).fill(null));
    columns.set(
      name,
      pieces.flatMap((piece) => [...piece]),
    );
  }
  return { rows: tables.reduce((sum, table) => sum + table.rows, 0), columns };
}

/** A parsed value as a cell: scalars and flat lists as they are, anything deeper as its JSON text. */
function toValue(value: unknown): Value {
  return Array.isArray(value) ? value.map(toScalar) : toScalar(value);
}

function toScalar(value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part));
}
