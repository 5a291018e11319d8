// Tables in Parquet files. Snappy and uncompressed ones; the package says so of others.
import type { Problem } from '../../parser/diagnostic.ts';
import type { DataFile } from './text-file.ts';
import { noneBroken, tableOfRecords, type Reading } from './table.ts';

const magic = 'PAR1';

/** The problem of a file that is not Parquet, from its size, its first four bytes and its last four. */
export function notParquet(
  name: string,
  size: number,
  head: Uint8Array,
  tail: Uint8Array,
): Problem | undefined {
  const isMagic = (bytes: Uint8Array): boolean => Buffer.from(bytes).toString('latin1') === magic;
  const starts = isMagic(head);
  if (starts && isMagic(tail) && size >= 12) return undefined;
  return {
    code: 'bad-table',
    message: starts ? `\`${name}\` is a Parquet file that is cut off` : `\`${name}\` is not a Parquet file`,
    span: { source: { path: name, text: '' }, start: 0, end: 0 },
    hint: starts
      ? 'get the file again'
      : 'check that `from` and `format` fit each other; a Parquet file starts and ends with `PAR1`',
  };
}

export async function readParquet({ name, bytes }: DataFile): Promise<Reading> {
  const problem = notParquet(name, bytes.length, bytes.subarray(0, 4), bytes.subarray(-4));
  if (problem !== undefined) return { state: 'unreadable', problem };
  const { parquetReadObjects } = await import('hyparquet');
  const file = new Uint8Array(bytes).buffer;
  try {
    const rows = await parquetReadObjects({ file });
    return {
      state: 'read',
      table: tableOfRecords(rows.map((row) => Object.entries(row))),
      broken: noneBroken,
    };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return {
      state: 'unreadable',
      problem: {
        code: 'bad-table',
        message: `\`${name}\` cannot be read as Parquet: ${cause}`,
        span: { source: { path: name, text: '' }, start: 0, end: 0 },
        hint: 'write it again, with Snappy or without compression',
      },
    };
  }
}
