// The text of a string literal -> its parts: escapes resolved, common indentation removed, the places of `${…}` found.
import type { Problem } from './diagnostic.ts';
import { scanInterpolation, scanString } from './scan-string.ts';
import type { Source, Span } from './source.ts';

export interface Code {
  /** Of the expression between `${` and `}`. */
  readonly start: number;
  readonly end: number;
}

export interface TextValue {
  readonly parts: readonly (string | Code)[];
  readonly problems: readonly Problem[];
}

export const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** `span` covers the literal with its quotes; the closing ones may be missing. */
export function readText(span: Span): TextValue {
  const { source, start, end } = span;
  const { text } = source;
  if (text[start] === "'") return { parts: [text.slice(start + 1, end).replace(/'$/, '')], problems: [] };
  const { closed, triple } = scanString(text, start);
  const quotes = triple ? 3 : 1;
  const content = { start: start + quotes, end: closed ? end - quotes : end };
  const reader: Reader = { source, parts: [], problems: [], text: '' };
  const lines = triple ? dedented(text, content.start, content.end) : [content];
  for (const [i, line] of lines.entries()) {
    if (i > 0) reader.text += '\n';
    readLine(reader, line);
  }
  if (reader.text !== '') reader.parts.push(reader.text);
  return { parts: reader.parts, problems: reader.problems };
}

interface Reader {
  readonly source: Source;
  readonly parts: (string | Code)[];
  readonly problems: Problem[];
  text: string;
}

function readLine(reader: Reader, { start, end }: Code): void {
  const { source } = reader;
  const { text } = source;
  const line = text.slice(start, end); // a search in the whole text would go to its end for every string
  const special = /[\\$]/g;
  for (let i = start; i < end;) {
    special.lastIndex = i - start;
    const stop = start + (special.exec(line)?.index ?? line.length);
    reader.text += text.slice(i, stop);
    i = stop;
    if (i >= end) return;
    if (text[i] === '\\') i = readEscape(reader, i, end);
    else if (text.startsWith('$${', i)) {
      reader.text += '${';
      i += 3;
    } else if (text.startsWith('${', i)) i = readCode(reader, i, end);
    else {
      reader.text += '$';
      i += 1;
    }
  }
}

function readEscape(reader: Reader, at: number, end: number): number {
  const { text } = reader.source;
  const unicode = /^u([0-9a-fA-F]{4})/.exec(text.slice(at + 1, Math.min(end, at + 6)));
  if (unicode?.[1] !== undefined) {
    reader.text += String.fromCharCode(Number.parseInt(unicode[1], 16));
    return at + 6;
  }
  const letter = at + 1 < end ? text.charAt(at + 1) : '';
  const known = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
  if (known !== undefined) {
    reader.text += known;
    return at + 2;
  }
  const width = letter === '' ? 1 : 1 + String.fromCodePoint(text.codePointAt(at + 1) ?? 0).length;
  const shown = letter.trim() === '' ? '\\' : text.slice(at, at + width);
  reader.problems.push({
    code: 'bad-escape',
    message: letter === 'u' ? '`\\u` takes four hexadecimal digits' : `\`${shown}\` is not an escape`,
    span: { source: reader.source, start: at, end: at + width },
    hint: letter === '$' ? 'a literal `${` is written `$${`' : 'a backslash is written `\\\\`',
  });
  reader.text += text.slice(at + 1, at + width);
  return at + width;
}

function readCode(reader: Reader, at: number, limit: number): number {
  const end = scanInterpolation(reader.source.text, at, limit);
  if (end === undefined) {
    reader.problems.push({
      code: 'unclosed-string',
      message: 'this `${` is never closed',
      span: { source: reader.source, start: at, end: at + 2 },
      hint: 'close it with `}`; a literal `${` is written `$${`',
    });
    reader.text += '${';
    return at + 2;
  }
  if (reader.text !== '') reader.parts.push(reader.text);
  reader.text = '';
  reader.parts.push({ start: at + 2, end: end - 1 });
  return end;
}

/** The lines of a triple-quoted string without the indentation that all of them share; blank first and last lines are left out. */
function dedented(text: string, start: number, end: number): readonly Code[] {
  const lines: Code[] = [];
  for (let at = start; ;) {
    const newline = text.indexOf('\n', at);
    const last = newline === -1 || newline >= end;
    const lineEnd = last ? end : newline;
    const ending = !last && text[lineEnd - 1] === '\r' && lineEnd > at ? lineEnd - 1 : lineEnd;
    lines.push({ start: at, end: ending });
    if (last) break;
    at = newline + 1;
  }
  const isBlank = (line: Code): boolean => text.slice(line.start, line.end).trim() === '';
  const [head, ...rest] = lines;
  let shared: string | undefined;
  for (const line of rest) {
    if (isBlank(line)) continue;
    const indent = /^[ \t]*/.exec(text.slice(line.start, line.end))?.[0] ?? '';
    shared = shared === undefined ? indent : commonPrefix(shared, indent);
  }
  const width = shared?.length ?? 0;
  const body = rest.map((line) =>
    isBlank(line) ? { start: line.end, end: line.end } : { start: line.start + width, end: line.end },
  );
  const lastLine = rest[rest.length - 1];
  if (lastLine !== undefined && isBlank(lastLine)) body.pop();
  return head !== undefined && (rest.length === 0 || !isBlank(head)) ? [head, ...body] : body;
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
