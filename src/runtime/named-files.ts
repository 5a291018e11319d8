// Files that the cells of a table name: the pictures of a column of paths. Reads the tables with the readers that `load` uses.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Fact, TableRequest } from '../stages/facts.ts';
import { formatOf, readTextTable } from '../stages/tables/read-table.ts';
import { unreadable } from './matching-files.ts';

/** Absolute, each once, in the order of the rows. Tables that are wrong are told of elsewhere, and name none. */
export function namedFiles(
  request: TableRequest,
  column: string,
  display: (path: string) => string,
): Fact<readonly string[]> {
  const found = new Set<string>();
  let last = '';
  try {
    for (const path of request.paths) {
      last = path;
      const format = formatOf(path, request.format);
      if (format === undefined || format === 'parquet') continue; // Parquet has bytes
      const reading = readTextTable([{ name: display(path), bytes: readFileSync(path) }], request);
      if (reading.state === 'unreadable') continue;
      for (const cell of reading.table.columns.get(column) ?? [])
        if (typeof cell === 'string' && cell !== '') found.add(resolve(dirname(path), cell));
    }
  } catch (error) {
    return unreadable(last, error, display);
  }
  const missing = [...found].filter((path) => !isFile(path));
  const [first] = missing;
  if (first === undefined) return { state: 'known', value: [...found] };
  return {
    state: 'wrong',
    problem: {
      code: 'missing-file',
      message: `${missing.length === 1 ? 'a file' : `${missing.length} files`} that \`${column}\` names ${missing.length === 1 ? 'is' : 'are'} not there: \`${display(first)}\`${missing.length > 1 ? ', …' : ''}`,
      hint: 'paths in a table are relative to the table',
    },
  };
}

/** A cell may hold anything: a whole sentence is no path, and too long for one. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
