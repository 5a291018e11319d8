// Columns and counts of data files, read with the readers that `load` uses, and cached by the contents of the files.
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../parser/diagnostic.ts';
import type { Column, Value } from '../stages/dataset.ts';
import { isBlank } from '../stages/load-columns.ts';
import type { Fact, TableFacts, TableRequest } from '../stages/facts.ts';
import { notParquet } from '../stages/tables/parquet.ts';
import { formatOf, readTextTable } from '../stages/tables/read-table.ts';
import { problemOf, type Table } from '../stages/tables/table.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import { compareCodePoints } from '../stages/code-point-order.ts';
import { readSealed, replaceFile, seal } from './durable.ts';
import { unreadable } from './matching-files.ts';

export interface TableSources {
  readonly cacheDirectory: string | undefined;
  readonly display: (path: string) => string;
  readonly digest: (path: string) => string;
}

/** Raised when the readers give other tables, so that facts of older ones are not used. */
const readersVersion = 3;
/** Larger files are not looked at whole before a run. */
export const wholeUpTo = 32 * 2 ** 20;
const headSize = 2 ** 18;
const distinctUpTo = 1000;

/** What is stored: `null` for a column with too many distinct values. */
interface Counted {
  readonly rows: number;
  readonly skipped: number;
  readonly columns: readonly {
    readonly name: string;
    readonly missing: number;
    readonly blank: number;
    readonly lists: boolean;
    readonly counts: readonly (readonly [value: string, rows: number])[] | null;
  }[];
}

export function tableFacts(request: TableRequest, sources: TableSources): Fact<TableFacts> {
  const { paths } = request;
  const formats = paths.map((path) => formatOf(path, request.format));
  let last = paths[0] ?? '';
  try {
    if (formats.includes('parquet')) {
      const problems = paths.map((path, i) =>
        formats[i] === 'parquet' ? parquetDamage((last = path), sources.display(path)) : undefined,
      );
      const problem = problems.find((found) => found !== undefined);
      return problem === undefined ? { state: 'unknown' } : { state: 'wrong', problem };
    }
    const size = paths.reduce((sum, path) => sum + statSync((last = path)).size, 0);
    if (size > wholeUpTo) return headFacts(request, sources);
    const digests = paths.map((path) => sources.digest((last = path)));
    const { header, pattern, onError, delimiter } = request;
    const key = sha256(
      canonicalJson({ readersVersion, digests, formats, header, pattern, onError, delimiter }),
    );
    const cacheFile = sources.cacheDirectory && join(sources.cacheDirectory, `${key}.json`);
    const cached = cacheFile === undefined ? undefined : restored(cacheFile);
    if (cached !== undefined) return { state: 'known', value: factsOf(cached) };
    const files = paths.map((path) => ({ name: sources.display(path), bytes: readFileSync((last = path)) }));
    const reading = readTextTable(files, request);
    if (reading.state === 'unreadable') return { state: 'wrong', problem: reading.problem };
    const problem = request.onError === 'fail' ? problemOf(reading.broken) : undefined;
    if (problem !== undefined) return { state: 'wrong', problem };
    const counted = count(reading.table, reading.broken.before.length);
    if (cacheFile !== undefined) store(cacheFile, counted);
    return { state: 'known', value: factsOf(counted) };
  } catch (error) {
    return unreadable(last, error, sources.display);
  }
}

/** Columns only, from the first lines of the first file; `unknown` where its format has no lines. */
function headFacts(request: TableRequest, { display }: TableSources): Fact<TableFacts> {
  const path = request.paths[0] ?? '';
  const format = formatOf(path, request.format);
  if (format === undefined || format === 'json' || format === 'yaml') return { state: 'unknown' };
  const head = headOf(path);
  const bytes = head.subarray(0, head.lastIndexOf(0x0a) + 1);
  const reading = readTextTable([{ name: display(path), bytes }], request);
  if (reading.state === 'unreadable') return { state: 'unknown' }; // the cut may be what is wrong
  const columns = [...reading.table.columns.keys()];
  const nothing = (): undefined => undefined;
  return {
    state: 'known',
    value: { columns, rows: undefined, skipped: 0, counts: nothing, missing: nothing },
  };
}

/** What the first and last bytes of a file tell. */
function parquetDamage(path: string, name: string): Problem | undefined {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const head = Buffer.alloc(4);
    const tail = Buffer.alloc(4);
    if (size >= 4) {
      readSync(file, head, 0, 4, 0);
      readSync(file, tail, 0, 4, size - 4);
    }
    return notParquet(name, size, head, tail);
  } finally {
    closeSync(file);
  }
}

function headOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(headSize);
    return head.subarray(0, readSync(file, head));
  } finally {
    closeSync(file);
  }
}

function count(table: Table, skipped: number): Counted {
  const columns = [...table.columns].map(([name, values]) => ({
    name,
    missing: values.filter((value) => value === null || value === '').length,
    blank: values.filter((value) => isBlank(value)).length,
    lists: values.some((value) => Array.isArray(value)),
    counts: distinct(values),
  }));
  return { rows: table.rows, skipped, columns };
}

function distinct(values: Column): [string, number][] | null {
  const counts = new Map<string, number>();
  for (const value of values) {
    for (const item of Array.isArray(value) ? (value as readonly Value[]) : [value]) {
      if (item === null || item === '') continue;
      const text = String(item);
      counts.set(text, (counts.get(text) ?? 0) + 1);
      if (counts.size > distinctUpTo) return null;
    }
  }
  return [...counts].sort(([a], [b]) => compareCodePoints(a, b));
}

function factsOf({ rows, skipped, columns }: Counted): TableFacts {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return {
    columns: columns.map((column) => column.name),
    rows,
    skipped,
    counts: (name) => byName.get(name)?.counts?.map(([value, n]) => ({ value, rows: n })),
    missing: (name) => byName.get(name)?.missing,
    blank: (name) => byName.get(name)?.blank,
    lists: (name) => byName.get(name)?.lists,
  };
}

function restored(cacheFile: string): Counted | undefined {
  const sealed = readSealed(cacheFile);
  return sealed.state === 'whole' ? (sealed.record as Counted) : undefined; // sealed by `store`
}

function store(cacheFile: string, counted: Counted): void {
  try {
    mkdirSync(join(cacheFile, '..'), { recursive: true });
    replaceFile(cacheFile, seal(counted));
  } catch {
    // a cache that cannot be written only costs time
  }
}
