// Files that the cells of a table name: the pictures of a column of paths. Reads the tables with the readers that `load` uses.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import type { Fact, TableRequest } from '../stages/facts.ts';
import { isImageName } from '../stages/image-names.ts';
import { formatOf, readTextTable } from '../stages/tables/read-table.ts';
import { unreadable } from './matching-files.ts';

/** Absolute, each once, in the order of the rows. Tables that are wrong are told of elsewhere, and name none. With `skip` those that cannot be read are left out, and their rows with them. */
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
  const usable = [...found].filter((path) => isFile(path) && isImageName(path));
  if (usable.length === found.size || request.onError === 'skip') return { state: 'known', value: usable };
  const missing = [...found].filter((path) => !isFile(path));
  const problem =
    missing.length > 0
      ? {
          code: 'missing-file' as const,
          message: `${what(missing)} that \`${column}\` names ${missing.length === 1 ? 'is' : 'are'} not there: ${listed(missing, display)}`,
          hint: `${hintFor(missing)}; or leave such rows out with \`on_error: skip\``,
        }
      : strange(
          [...found].filter((path) => !isImageName(path)),
          column,
          display,
        );
  return { state: 'wrong', problem };
}

function strange(paths: readonly string[], column: string, display: (path: string) => string) {
  return {
    code: 'bad-image',
    message: `${what(paths)} that \`${column}\` names cannot be ${paths.length === 1 ? 'a picture, by its name' : 'pictures, by their names'}: ${listed(paths, display)}`,
    hint: 'PNG, JPEG, GIF, BMP and WebP are read; leave other rows out with `on_error: skip`',
  } as const;
}

function what(paths: readonly string[]): string {
  return paths.length === 1 ? 'a file' : `${paths.length} files`;
}

/** The first of them; what is no path may be as long as a picture has bytes. */
function listed(paths: readonly string[], display: (path: string) => string): string {
  const shown = paths.slice(0, 3).map((path) => {
    const name = display(path);
    return `\`${name.length > 100 ? `${name.slice(0, 100)}…` : name}\``;
  });
  return shown.join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
}

function hintFor(missing: readonly string[]): string {
  if (missing.some((path) => /[\\/]https?:[\\/]/.test(path)))
    return 'pictures are not downloaded: get them first, and name the files';
  if (sep === '/' && missing.some((path) => path.includes('\\'))) return 'write `/` between folders';
  return 'paths in a table are relative to the table; bytes of pictures are read from Parquet files';
}

/** A cell may hold anything: a whole sentence is no path, and too long for one. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
