// Tables of fields: csv and tsv, both with quoted records (RFC 4180), any line ends, and a header line or none.
import type { CsvError } from 'csv-parse/sync';
import type { Problem } from '../../parser/diagnostic.ts';
import type { Span } from '../../parser/source.ts';
import { csvPackage } from './packages.ts';
import { brokenRows, type Reading } from './table.ts';
import { decodeRows, excerpt, type DataFile, type TextFile } from './text-file.ts';

export interface DelimitedRequest {
  readonly delimiter: string;
  /** Whether the program named the delimiter: then it is not doubted. */
  readonly stated: boolean;
  /** `true`: the first record names the columns. `false`: they are `1`, `2`, … A list names them itself. */
  readonly header: boolean | readonly string[];
}

interface Place {
  /** Byte offsets of a record; line ends may stand before it. */
  readonly start: number;
  readonly end: number;
}

export function readDelimited(data: DataFile, { delimiter, header, stated }: DelimitedRequest): Reading {
  const decoded = decodeRows(data);
  if (decoded.state === 'unreadable') return decoded;
  const { file, bytes } = decoded;
  const broken = brokenRows();
  const columns: string[][] = [];
  let names: readonly string[] | undefined = typeof header === 'boolean' ? undefined : header;
  let problem = names && duplicateName(names, () => excerpt(file, 0, 0));
  let previous = 0;

  function take(record: readonly string[], end: number): void {
    const place = { start: previous, end };
    previous = end;
    if (names === undefined) {
      names = record.map((cell, i) => (header === true && cell.trim()) || String(i + 1));
      if (header === true && record.length === 1 && delimiter === ',' && !stated)
        problem ??= otherDelimiter(recordText(bytes, place).text, () =>
          fieldSpan(file, bytes, place, delimiter, 0),
        );
      problem ??= duplicateName(names, (i) => fieldSpan(file, bytes, place, delimiter, i));
      if (header === true) return;
    }
    if (columns.length === 0) columns.push(...names.map(() => []));
    if (record.length !== names.length) {
      const expected = names.length;
      broken.add(columns[0]?.length ?? 0, () =>
        ragged(file, bytes, place, { delimiter, stated, expected, found: record.length, header }),
      );
      return;
    }
    const loose = record.findIndex(
      (cell, i) => cell.startsWith('"') && isLoose(bytes, place, delimiter, cell, i),
    );
    if (loose === -1) record.forEach((cell, i) => columns[i]?.push(cell));
    else
      broken.add(columns[0]?.length ?? 0, () => looseQuote(fieldSpan(file, bytes, place, delimiter, loose)));
  }

  try {
    csvPackage().parse(bytes, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_quotes: true, // a quote inside a field that is not quoted is just a character
      relax_column_count: true, // judged here, with the place
      skip_empty_lines: true,
      on_record: (record: readonly string[], context) => {
        take(record, context.bytes);
        return null; // kept by `take`
      },
    });
  } catch (error) {
    problem ??= quoteProblem(file, bytes, previous, delimiter, error);
  }
  if (problem !== undefined) return { state: 'unreadable', problem };
  const rows = columns[0]?.length ?? 0;
  const table = { rows, columns: new Map((names ?? []).map((name, i) => [name, columns[i] ?? []])) };
  return { state: 'read', table, broken: broken.rows };
}

/** A header that reads as one column, and would be several with another delimiter. */
function otherDelimiter(header: string, span: () => Span): Problem | undefined {
  const found = ([';', '\t'] as const).find((other) => fields(header, other).length > 1);
  if (found === undefined) return undefined;
  const [name, written] = found === ';' ? ['semicolons', ';'] : ['tabs', '\\t'];
  return {
    code: 'bad-table',
    message: `the header has ${name} and no comma, so that it reads as one column`,
    span: span(),
    hint: `say \`delimiter: "${written}"\` if ${name} part the columns, and \`delimiter: ","\` if there is one column`,
  };
}

function duplicateName(names: readonly string[], span: (index: number) => Span): Problem | undefined {
  const index = names.findIndex((name, i) => names.indexOf(name) < i);
  if (index === -1) return undefined;
  return {
    code: 'bad-table',
    message: `the header names the column \`${names[index]}\` twice`,
    span: span(index),
    hint: 'rename one of them, or name the columns with `header: ["…", …]`',
  };
}

interface Misfit extends DelimitedRequest {
  readonly expected: number;
  readonly found: number;
}

function ragged(file: TextFile, bytes: Uint8Array, place: Place, row: Misfit): Problem {
  const { delimiter, expected, found, header } = row;
  const span = fieldSpan(file, bytes, place, delimiter, found > expected ? expected : undefined);
  const named =
    header === false ? 'the first row has' : header === true ? 'the header has' : '`header` names';
  const record = recordText(bytes, place).text;
  const lines = record.split('\n').length;
  const separator = delimiter === ',' ? 'comma' : delimiter === '\t' ? 'tab' : `\`${delimiter}\``;
  const other =
    found === 1 && expected > 1 && !row.stated && delimiter === ',' && fields(record, ';').length > 1;
  return {
    code: 'bad-table',
    message: `a row has ${count(found, 'field')} where ${named} ${count(expected, 'column')}`,
    span,
    hint: other
      ? 'the row has semicolons: say `delimiter: ";"` if they part the columns'
      : lines > 1
        ? `a quote that opens in this row closes ${count(lines - 1, 'line')} further down; double the quotes that belong to a text`
        : found > expected
          ? `put quotes around a field that contains a ${separator}`
          : `add the missing ${separator} and field`,
  };
}

/** Whether a field over several lines opens with a quote that has text behind the place where it closes. */
function isLoose(bytes: Uint8Array, place: Place, delimiter: string, cell: string, index: number): boolean {
  if (!/[\r\n]/.test(cell)) return false;
  const { text } = recordText(bytes, place);
  const start = fields(text, delimiter)[index]?.start ?? 0;
  return text.startsWith(cell, start); // a field that was unquoted properly is shorter than what stands there
}

function looseQuote(span: Span): Problem {
  return {
    code: 'bad-table',
    message: 'a quote that opens here has text behind the place where it closes',
    span,
    hint: 'double the quotes that belong to the text: `""`',
  };
}

function quoteProblem(
  file: TextFile,
  bytes: Uint8Array,
  start: number,
  delimiter: string,
  error: unknown,
): Problem {
  if ((error as CsvError).code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
  const record = recordText(bytes, { start, end: bytes.length });
  const opening = record.start + (fields(record.text, delimiter).at(-1)?.start ?? 0);
  return {
    code: 'bad-table',
    message: 'a quote that opens here is never closed',
    span: excerpt(file, opening, opening + 1),
    hint: 'close the quote, or double it where it belongs to the text: `""`',
  };
}

/** The field at `index` of a record and all behind it; without an index, the record's end. */
function fieldSpan(file: TextFile, bytes: Uint8Array, place: Place, delimiter: string, index?: number): Span {
  const { text, start } = recordText(bytes, place);
  const field = index === undefined ? undefined : fields(text, delimiter)[index];
  return excerpt(file, start + (field?.start ?? text.length), start + text.length);
}

/** A record without the line ends around it, and its offset in the text. */
function recordText(
  bytes: Uint8Array,
  { start, end }: Place,
): { readonly text: string; readonly start: number } {
  const decode = (from: number, to: number): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
  const raw = decode(start, end);
  const text = raw.replace(/^[\r\n]+/, '');
  return { text: text.replace(/[\r\n]+$/, ''), start: decode(0, start).length + raw.length - text.length };
}

/** Where the fields of a record start, read as the parser reads them. */
function fields(record: string, delimiter: string): readonly { readonly start: number }[] {
  const found: { start: number }[] = [];
  for (let at = 0; at <= record.length;) {
    found.push({ start: at });
    const closing = record[at] === '"' ? closingQuote(record, at, delimiter) : at;
    if (closing === -1) break;
    const next = record.indexOf(delimiter, closing);
    if (next === -1) break;
    at = next + 1;
  }
  return found;
}

function closingQuote(record: string, opening: number, delimiter: string): number {
  for (let at = record.indexOf('"', opening + 1); at !== -1; at = record.indexOf('"', at + 1)) {
    const next = record[at + 1];
    if (next === '"') at += 1;
    else if (next === undefined || next === delimiter || next === '\r' || next === '\n') return at;
  }
  return -1;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
