// Tables of JSON objects: one list of them (json), or one a line (jsonl).
import type { Problem } from '../../parser/diagnostic.ts';
import { jsonErrorAt } from './json-error.ts';
import { brokenRows, tableOfRecords, type Reading } from './table.ts';
import { decodeRows, excerpt, type DataFile, type TextFile } from './text-file.ts';

type Entries = readonly (readonly [string, unknown])[];

export function readJson(data: DataFile): Reading {
  const json = readJsonValue(data);
  if (json.state === 'unreadable') return json;
  const { file, value: list } = json;
  if (!Array.isArray(list))
    return {
      state: 'unreadable',
      problem: {
        code: 'bad-table',
        message: `\`${file.name}\` holds ${kindOf(list)}, not a list of objects`,
        span: excerpt(file, file.text.search(/\S/), file.text.search(/\S/) + 1),
        hint: 'write the rows as `[{"text": "…", "label": "…"}, …]`',
      },
    };
  const broken = brokenRows();
  const records: Entries[] = [];
  list.forEach((row: unknown, i) => {
    if (isRecord(row)) records.push(Object.entries(row));
    else
      broken.add(records.length, () => ({
        code: 'bad-table',
        message: `element ${i + 1} of the list is ${kindOf(row)}, not an object`,
        span: excerpt(file, 0, 0),
        hint: 'write each row as `{"text": "…", "label": "…"}`',
      }));
  });
  return { state: 'read', table: tableOfRecords(records), broken: broken.rows };
}

export function readJsonLines(data: DataFile): Reading {
  const decoded = decodeRows(data);
  if (decoded.state === 'unreadable') return decoded;
  const { file } = decoded;
  const broken = brokenRows();
  const records: Entries[] = [];
  let start = 0;
  for (const line of file.text.split('\n')) {
    const from = start;
    start += line.length + 1;
    if (line.trim() === '') continue;
    const parsed = parse(line);
    if (parsed === undefined) broken.add(records.length, () => notJson(file, from, line));
    else if (isRecord(parsed.value)) records.push(Object.entries(parsed.value));
    else
      broken.add(records.length, () => ({
        code: 'bad-table',
        message: `the line holds ${kindOf(parsed.value)}, not an object`,
        span: excerpt(file, from, from + line.trimEnd().length),
        hint: 'write each row as `{"text": "…", "label": "…"}` on a line of its own',
      }));
  }
  return { state: 'read', table: tableOfRecords(records), broken: broken.rows };
}

/** Any JSON file. */
export function readJsonValue(
  data: DataFile,
):
  | { readonly state: 'read'; readonly value: unknown; readonly file: TextFile }
  | { readonly state: 'unreadable'; readonly problem: Problem } {
  const decoded = decodeRows(data);
  if (decoded.state === 'unreadable') return decoded;
  const { file } = decoded;
  const parsed = parse(file.text);
  if (parsed === undefined) return { state: 'unreadable', problem: notJson(file, 0, file.text) };
  return { state: 'read', value: parsed.value, file };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** `part` of the file, which starts at `offset`, is not JSON. */
function notJson(file: TextFile, offset: number, part: string): Problem {
  const at = jsonErrorAt(part);
  const end = at >= part.trimEnd().length;
  const lines = part.split('\n').filter((line) => line.trim() !== '');
  const manyObjects = lines.length > 1 && lines.every((line) => parse(line) !== undefined);
  return {
    code: 'bad-table',
    message: end ? 'the JSON ends too early' : 'this is not JSON',
    span: excerpt(file, offset + at, offset + (end ? at : at + 1)),
    hint: manyObjects
      ? 'the file holds one object a line: read it with `format: jsonl`'
      : 'mend the JSON at this place',
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'an object';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'number') return 'a number';
  return value === null ? 'null' : 'a boolean';
}
