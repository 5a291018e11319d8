// A data file as text: UTF-8 checked, byte order mark removed, and places in it as small excerpts for messages.
import { isUtf8 } from 'node:buffer';
import type { Problem } from '../../parser/diagnostic.ts';
import type { Span } from '../../parser/source.ts';

/** A file to read; `name` is what people call it. */
export interface DataFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface TextFile {
  readonly name: string;
  readonly text: string;
}

export type Decoded =
  | { readonly state: 'read'; readonly file: TextFile; /** Without the mark. */ readonly bytes: Uint8Array }
  | { readonly state: 'unreadable'; readonly problem: Problem };

export function decodeText({ name, bytes: all }: DataFile): Decoded {
  const unreadable = (problem: Problem): Decoded => ({ state: 'unreadable', problem });
  const utf16 = (all[0] === 0xff && all[1] === 0xfe) || (all[0] === 0xfe && all[1] === 0xff);
  if (utf16)
    return unreadable({
      code: 'not-utf8',
      message: `\`${name}\` is UTF-16, not UTF-8`,
      span: { source: { path: name, text: '' }, start: 0, end: 0 },
      hint: 'save it as UTF-8, for example with `iconv -f utf-16 -t utf-8`',
    });
  const marked = all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf;
  const bytes = marked ? all.subarray(3) : all;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const file = { name, text };
  if (!isUtf8(bytes)) {
    const byte = firstBadByte(bytes);
    const start = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, byte)).length;
    return unreadable({
      code: 'not-utf8',
      message: `\`${name}\` is not UTF-8: byte 0x${(bytes[byte] ?? 0).toString(16).padStart(2, '0')} at offset ${byte + (marked ? 3 : 0)}`,
      span: excerpt(file, start, start + 1),
      hint: 'save it as UTF-8, for example with `iconv -f latin1 -t utf-8`',
    });
  }
  return { state: 'read', file, bytes };
}

/** The same for text that holds rows: neither empty nor binary. */
export function decodeRows(data: DataFile): Decoded {
  const decoded = decodeText(data);
  if (decoded.state === 'unreadable') return decoded;
  const { file } = decoded;
  const unreadable = (problem: Problem): Decoded => ({ state: 'unreadable', problem });
  const zero = file.text.indexOf('\0');
  if (zero !== -1)
    return unreadable({
      code: 'bad-table',
      message: `\`${file.name}\` contains a NUL character, so it is not a text file`,
      span: excerpt(file, zero, zero + 1),
      hint: 'check that `from` and `format` fit each other, and that the file was saved as UTF-8 text',
    });
  if (file.text.trim() === '')
    return unreadable({
      code: 'empty-data',
      message: `\`${file.name}\` is empty`,
      span: excerpt(file, 0, 0),
      hint: 'check that it is the right file',
    });
  return decoded;
}

/** The place from `start` to `end`, in a source that holds only its lines. */
export function excerpt({ name, text }: TextFile, start: number, end: number): Span {
  const from = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', Math.max(start, end - 1));
  const lineEnd = newline === -1 ? text.length : newline;
  let firstLine = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < from; at = text.indexOf('\n', at + 1)) firstLine += 1;
  const shown = text.slice(from, Math.min(lineEnd, end + 200)).replace(/\r$/, '');
  return { source: { path: name, text: shown, firstLine }, start: start - from, end: end - from };
}

/** Where the first sequence starts that UTF-8 does not have. */
function firstBadByte(bytes: Uint8Array): number {
  const chunk = 1 << 16;
  let start = 0;
  while (start + chunk < bytes.length && isUtf8(bytes.subarray(start, boundary(bytes, start + chunk))))
    start = boundary(bytes, start + chunk);
  for (let i = start; i < bytes.length;) {
    const length = [1, 2, 3, 4].find((n) => i + n <= bytes.length && isUtf8(bytes.subarray(i, i + n)));
    if (length === undefined) return i;
    i += length;
  }
  return bytes.length;
}

/** The last place at or before `at` where a sequence may start. */
function boundary(bytes: Uint8Array, at: number): number {
  let place = at;
  while (place > at - 4 && ((bytes[place] ?? 0) & 0xc0) === 0x80) place -= 1;
  return place;
}
