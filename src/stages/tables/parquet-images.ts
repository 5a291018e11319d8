// Pictures as bytes in a column of Parquet files, as the hub's data sets have them: the bytes themselves, or a record of `bytes` and `path`.
import type { ImageSource, ImageTable } from '../load-image-sources.ts';
import { notParquet } from './parquet.ts';
import { noneBroken, tableOfRecords } from './table.ts';
import type { DataFile } from './text-file.ts';

/** Nothing where no cell of the column holds bytes: then it names files. */
export async function readParquetImages(
  files: readonly DataFile[],
  column: string,
): Promise<ImageTable | undefined> {
  const { parquetReadObjects } = await import('hyparquet');
  const rows: Record<string, unknown>[] = [];
  for (const { name, bytes } of files) {
    const problem = notParquet(name, bytes.length, bytes.subarray(0, 4), bytes.subarray(-4));
    if (problem !== undefined) return { reading: { state: 'unreadable', problem }, sources: [] };
    try {
      const its = await parquetReadObjects({ file: new Uint8Array(bytes).buffer, utf8: false });
      for (const row of its) rows.push(row);
    } catch {
      return undefined; // the reader of tables says what is wrong
    }
  }
  const found = rows.map((row) => bytesIn(row[column]));
  if (found.every((bytes) => bytes === undefined)) return undefined;
  const records = rows.map((row) =>
    Object.entries(row).map(
      ([name, value]) => [name, name === column ? pathIn(value) : textIn(value)] as const,
    ),
  );
  return {
    reading: { state: 'read', table: tableOfRecords(records), broken: noneBroken },
    sources: found.map((bytes, i): ImageSource | undefined =>
      bytes === undefined
        ? undefined
        : { shown: pathIn(rows[i]?.[column]) ?? `row ${i}`, bytes: async () => bytes },
    ),
  };
}

function bytesIn(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  const inside = isRecord(value) ? value['bytes'] : undefined;
  return inside instanceof Uint8Array ? inside : undefined;
}

function pathIn(value: unknown): string | null {
  const path = isRecord(value) && !(value instanceof Uint8Array) ? value['path'] : undefined;
  return typeof path === 'string' ? path : path instanceof Uint8Array ? new TextDecoder().decode(path) : null;
}

/** Texts that the file does not declare as such. */
function textIn(value: unknown): unknown {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
