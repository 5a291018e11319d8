// Tables in Parquet files. Snappy and uncompressed ones; the package says so of others.
import type { DataFile } from './text-file.ts';
import { noneBroken, tableOfRecords, type Reading } from './table.ts';

export async function readParquet({ name, bytes }: DataFile): Promise<Reading> {
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
