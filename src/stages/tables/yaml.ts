// Tables written as a YAML list of maps.
import { yamlPackage } from './packages.ts';
import { isRecord, kindOf } from './json.ts';
import { brokenRows, tableOfRecords, type Reading } from './table.ts';
import { decodeRows, excerpt, type DataFile } from './text-file.ts';

export function readYaml(data: DataFile): Reading {
  const decoded = decodeRows(data);
  if (decoded.state === 'unreadable') return decoded;
  const { file } = decoded;
  const { parseDocument, isSeq, isNode } = yamlPackage();
  const document = parseDocument(file.text, { prettyErrors: false, logLevel: 'silent' });
  const unreadable = (message: string, start: number, end: number): Reading => ({
    state: 'unreadable',
    problem: {
      code: 'bad-table',
      message,
      span: excerpt(file, start, end),
      hint: 'write the rows as a list of maps: `- text: "…"`, and below it `  label: "…"`',
    },
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const last = file.text.trimEnd().length - 1; // what is never closed is missed at the end of the text
    const start = Math.min(error.pos[0], last);
    const end = Math.min(error.pos[1], last + 1);
    return unreadable(`this is not YAML: ${lowered(error.message)}`, start, Math.max(end, start + 1));
  }
  const list = document.contents;
  if (!isSeq(list)) {
    const start = list?.range[0] ?? 0;
    return unreadable(
      `\`${file.name}\` holds ${kindOf(document.toJS())}, not a list of maps`,
      start,
      start + 1,
    );
  }
  const rows = resolved(() => document.toJS() as readonly unknown[]);
  if (rows === undefined) return unreadable('its aliases repeat too much', 0, 0);
  const broken = brokenRows();
  const records: (readonly (readonly [string, unknown])[])[] = [];
  rows.forEach((row, i) => {
    if (isRecord(row)) records.push(Object.entries(row));
    else
      broken.add(records.length, () => {
        const item: unknown = list.items[i];
        const [start, end] = (isNode(item) && item.range) || [0, 0];
        return {
          code: 'bad-table',
          message: `element ${i + 1} of the list is ${kindOf(row)}, not a map`,
          span: excerpt(file, start, end),
          hint: 'write each row as a map: `- text: "…"`',
        };
      });
  });
  return { state: 'read', table: tableOfRecords(records), broken: broken.rows };
}

/** The value, unless it grows without bound when aliases are put in. */
function resolved<T>(value: () => T): T | undefined {
  try {
    return value();
  } catch (error) {
    if (error instanceof ReferenceError) return undefined; // how the package refuses an alias bomb
    throw error;
  }
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
