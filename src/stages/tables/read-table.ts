// Data files into one table: the one way in, for the stage that loads them and for the facts about them.
import type { Problem } from '../../parser/diagnostic.ts';
import type { TableFormat, TableRequest } from '../facts.ts';
import { readDelimited } from './delimited.ts';
import { readJson, readJsonLines } from './json.ts';
import { readLines } from './lines.ts';
import { readParquet } from './parquet.ts';
import { stack, type BrokenRows, type Reading, type Table } from './table.ts';
import type { DataFile } from './text-file.ts';
import { readYaml } from './yaml.ts';

/** How the files are to be read, without which files. */
export type Manner = Pick<TableRequest, 'format' | 'header' | 'pattern' | 'delimiter'>;

type KnownFormat = Exclude<TableFormat, 'auto'>;

const byExtension: Readonly<Record<string, KnownFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  yaml: 'yaml',
  yml: 'yaml',
  parquet: 'parquet',
  txt: 'text',
};

/** The format of a file: the one asked for, else what the extension says. */
export function formatOf(name: string, format: TableFormat): KnownFormat | undefined {
  if (format !== 'auto') return format;
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
}

export async function readTable(files: readonly DataFile[], manner: Manner): Promise<Reading> {
  const readings: Reading[] = [];
  for (const file of files)
    readings.push(
      formatOf(file.name, manner.format) === 'parquet' ? await readParquet(file) : readText(file, manner),
    );
  return together(files, readings, manner);
}

/** The same at once; only for files of which none is Parquet. */
export function readTextTable(files: readonly DataFile[], manner: Manner): Reading {
  return together(
    files,
    files.map((file) => readText(file, manner)),
    manner,
  );
}

function readText(file: DataFile, { format, header, pattern, delimiter }: Manner): Reading {
  const known = formatOf(file.name, format);
  switch (known) {
    case 'csv':
      return readDelimited(file, { delimiter: delimiter ?? ',', header, stated: delimiter !== undefined });
    case 'tsv':
      return readDelimited(file, { delimiter: delimiter ?? '\t', header, stated: delimiter !== undefined });
    case 'json':
      return readJson(file);
    case 'jsonl':
      return readJsonLines(file);
    case 'yaml':
      return readYaml(file);
    case 'text':
      return readLines(file, pattern);
    case 'parquet':
      throw new Error('Parquet files are read asynchronously');
    case undefined:
      return {
        state: 'unreadable',
        problem: { ...formatProblem(file.name), span: placeOf(file) },
      };
  }
}

/** Of a file whose name has the ending of no format. */
export function formatProblem(name: string): Omit<Problem, 'span'> {
  if (/\.(?:xlsx?|xlsm|ods|numbers)$/i.test(name))
    return {
      code: 'bad-table',
      message: `\`${name}\` is a spreadsheet, which FSL does not read`,
      hint: 'save the sheet as CSV (UTF-8) with the program that made it, and name that file',
    };
  return {
    code: 'bad-table',
    message: `the name \`${name}\` does not say what format the file has`,
    hint: 'give it: `format: csv`, or `tsv`, `json`, `jsonl`, `yaml`, `parquet`, `text`, `images`, `idx`',
  };
}

function together(files: readonly DataFile[], readings: readonly Reading[], manner: Manner): Reading {
  const tables: Table[] = [];
  const broken: BrokenRows[] = [];
  let above = 0;
  for (const reading of readings) {
    if (reading.state === 'unreadable') return reading;
    const start = above;
    tables.push(reading.table);
    broken.push({ ...reading.broken, before: reading.broken.before.map((rows) => start + rows) });
    above += reading.table.rows;
  }
  const problem = differentColumns(files, tables, manner);
  if (problem !== undefined) return { state: 'unreadable', problem };
  return {
    state: 'read',
    table: stack(tables),
    broken: {
      before: broken.flatMap((rows) => rows.before),
      first: broken.flatMap((rows) => rows.first).slice(0, 4),
    },
  };
}

/** Files whose columns are fixed must agree on them; objects may lack a key. */
function differentColumns(
  files: readonly DataFile[],
  tables: readonly Table[],
  { format }: Manner,
): Problem | undefined {
  const fixed = files.flatMap((file, i) => {
    const known = formatOf(file.name, format);
    return known === 'json' || known === 'jsonl' || known === 'yaml' ? [] : [{ file, table: tables[i] }];
  });
  const names = (table: Table | undefined): readonly string[] => [...(table?.columns.keys() ?? [])];
  const [first, ...others] = fixed;
  if (first === undefined) return undefined;
  const expected = names(first.table);
  for (const { file, table } of others) {
    const found = names(table);
    if (found.length === expected.length && found.every((name) => expected.includes(name))) continue;
    return {
      code: 'bad-table',
      message: `\`${file.name}\` has the columns ${list(found)}, but \`${first.file.name}\` has ${list(expected)}`,
      span: placeOf(file),
      hint: 'load files of different columns by stages of their own',
    };
  }
  return undefined;
}

function placeOf(file: DataFile): Problem['span'] {
  return { source: { path: file.name, text: '' }, start: 0, end: 0 };
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
