// Diagnostics as text for people and as JSON for programs. The only place that draws source lines.
import type { Diagnostic } from './diagnostic.ts';
import { characterWidth, displayWidth, showable } from './display-width.ts';
import { positionAt, type Position, type Source, type Span } from './source.ts';

export interface PrintOptions {
  /** ANSI colours. Default false. */
  readonly colour?: boolean;
  /** Columns of the terminal, to which long source lines are cut. Default 100. */
  readonly width?: number;
}

/** One diagnostic, over several lines, without a newline at the end. */
export function printDiagnostic(entry: Diagnostic, options: PrintOptions = {}): string {
  const { colour = false, width = 100 } = options;
  const paint = colour ? ansi : plain;
  const tone = entry.severity === 'error' ? paint.error : paint.warning;
  const gutter = String(Math.max(...[entry, ...entry.notes].map(({ span }) => lineOf(span)))).length;
  const draw: Drawing = { paint, width, gutter };
  const pad = ' '.repeat(gutter);
  const lines = [
    `${tone(`${entry.severity}[${entry.code}]`)}${paint.strong(`: ${sentence(entry.message)}`)}`,
  ];
  lines.push(...place(draw, entry.span, { tone, mark: '^', message: '' }));
  for (const note of entry.notes) {
    const style = { tone: paint.note, mark: '-', message: sentence(note.message) };
    const same = note.span.source === entry.span.source;
    const drawn = same ? snippet(draw, note.span, style) : place(draw, note.span, style);
    const shown = same && lineOf(note.span) === lineOf(entry.span);
    lines.push(...(shown ? drawn.slice(1) : drawn));
  }
  if (entry.hint !== undefined) {
    const [first = '', ...rest] = entry.hint.split('\n').map(showable);
    lines.push(`${pad} ${paint.gutter('=')} ${paint.strong('hint')}: ${first}`);
    lines.push(...rest.map((line) => `${pad}         ${line}`.trimEnd()));
  }
  return lines.join('\n');
}

/** All of them, a blank line between two; the empty string for none. */
export function printDiagnostics(list: readonly Diagnostic[], options: PrintOptions = {}): string {
  return list.map((entry) => `${printDiagnostic(entry, options)}\n`).join('\n');
}

export interface DiagnosticJson {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
  readonly notes: readonly {
    readonly message: string;
    readonly file: string;
    readonly start: Position;
    readonly end: Position;
  }[];
  readonly hint?: string;
  readonly fix?: {
    readonly file: string;
    readonly start: Position;
    readonly end: Position;
    readonly text: string;
  };
}

export interface DiagnosticsJson {
  /** Of this form. */
  readonly version: 1;
  readonly diagnostics: readonly DiagnosticJson[];
}

export function diagnosticsAsJson(list: readonly Diagnostic[]): DiagnosticsJson {
  const diagnostics = list.map(({ code, severity, message, span, notes, hint, fix }) => ({
    code,
    severity,
    message,
    ...placeJson(span),
    notes: notes.map((note) => ({ message: note.message, ...placeJson(note.span) })),
    ...(hint === undefined ? {} : { hint }),
    ...(fix === undefined ? {} : { fix: { ...placeJson(fix.span), text: fix.text } }),
  }));
  return { version: 1, diagnostics };
}

function placeJson({ source, start, end }: Span): {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
} {
  return { file: source.path, start: positionAt(source, start), end: positionAt(source, end) };
}

interface Paint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly note: (text: string) => string;
  readonly gutter: (text: string) => string;
  readonly strong: (text: string) => string;
}

const same = (text: string): string => text;
const plain: Paint = { error: same, warning: same, note: same, gutter: same, strong: same };
const escape = (codes: string) => (text: string) => `\u001B[${codes}m${text}\u001B[0m`;
const ansi: Paint = {
  error: escape('1;31'),
  warning: escape('1;33'),
  note: escape('1;36'),
  gutter: escape('1;34'),
  strong: escape('1'),
};

interface Drawing {
  readonly paint: Paint;
  readonly width: number;
  /** Columns of the line numbers. */
  readonly gutter: number;
}

interface Style {
  readonly tone: (text: string) => string;
  readonly mark: string;
  /** Stands behind the underline. */
  readonly message: string;
}

/** `--> file:line:column`, then the line; a source without text has only its name. */
function place(draw: Drawing, span: Span, style: Style): readonly string[] {
  const { line, column } = positionAt(span.source, span.start);
  const pad = ' '.repeat(draw.gutter);
  const arrow = `${pad}${draw.paint.gutter('-->')} ${showable(span.source.path)}`;
  if (span.source.text === '') return [arrow, ...(style.message === '' ? [] : [`${pad} ${style.message}`])];
  return [`${arrow}:${line}:${column}`, `${pad} ${draw.paint.gutter('|')}`, ...snippet(draw, span, style)];
}

/** The line of a place with the place underlined; of a place over several lines, the first. */
function snippet({ paint, width, gutter }: Drawing, span: Span, style: Style): readonly string[] {
  const { source } = span;
  const { text, start, end } = lineAround(source, span.start, 4 * width);
  const before = showable(text.slice(0, span.start - start));
  const marked = showable(
    text.slice(span.start - start, Math.max(span.start, Math.min(span.end, end)) - start),
  );
  const after = showable(text.slice(before === text ? text.length : Math.min(span.end, end) - start));
  const shown = cut({ before, marked, after }, Math.max(20, width - gutter - 3));
  const number = paint.gutter(`${String(lineOf(span)).padStart(gutter)} |`);
  const underline = style.mark.repeat(Math.max(1, displayWidth(shown.marked)));
  const message = style.message === '' ? '' : ` ${style.message}`;
  const below = `${' '.repeat(displayWidth(shown.before))}${style.tone(underline + message)}`;
  const line = `${number} ${shown.before}${shown.marked}${shown.after}`.trimEnd();
  return [line, `${' '.repeat(gutter)} ${paint.gutter('|')} ${below}`];
}

interface Cut {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** At most `width` columns, with the marked part in view. */
function cut({ before, marked, after }: Cut, width: number): Cut {
  if (displayWidth(before + marked + after) <= width) return { before, marked, after };
  const core = take(marked, Math.floor(width / 2));
  const room = width - displayWidth(core);
  const tail =
    core === marked ? take(after, Math.max(Math.floor(room / 3), room - displayWidth(before))) : '';
  const reversed = [...before].reverse().join('');
  const head = [...take(reversed, room - displayWidth(tail))].reverse().join('');
  return { before: head, marked: core, after: tail };
}

/** The start of a text, ending in `…` where something was left out. */
function take(text: string, width: number): string {
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) return `${[...kept].slice(0, -1).join('')}…`;
    kept += character;
  }
  return kept;
}

/**
 * Lines end at `\n`; a `\r` before it does not belong to the line. Of a very long one, what is up to `reach` away from
 * the place: more than is shown.
 */
function lineAround(
  source: Source,
  offset: number,
  reach: number,
): { text: string; start: number; end: number } {
  const from = Math.max(0, offset - reach);
  const text = source.text.slice(0, offset + reach);
  let start = offset === from ? from : Math.max(from, text.lastIndexOf('\n', offset - 1) + 1);
  const newline = text.indexOf('\n', Math.max(start, offset));
  let end = newline === -1 ? text.length : newline;
  if (text[end - 1] === '\r' && end > start) end -= 1;
  if (start === 0 && text.startsWith('\uFEFF')) start = 1;
  return { text: text.slice(start, end), start, end };
}

function lineOf(span: Span): number {
  return positionAt(span.source, span.start).line;
}

/** Messages may quote a program, so nothing in them may act on the terminal. */
function sentence(message: string): string {
  return message.split('\n').map(showable).join('\n');
}
