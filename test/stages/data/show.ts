// Diagnostics as lines of text, with the source line and the place underlined: what a golden test compares.
import { diagnostic, type Problem } from '../../../src/parser/diagnostic.ts';
import { positionAt } from '../../../src/parser/source.ts';

export function show(problem: Problem): string {
  const { code, message, span, notes, hint } = diagnostic(problem);
  const at = positionAt(span.source, span.start);
  const lineStart = span.source.text.lastIndexOf('\n', span.start - 1) + 1;
  const line = span.source.text.slice(lineStart).split('\n', 1)[0] ?? '';
  const width = Math.max(1, Math.min(span.end, lineStart + line.length) - span.start);
  return [
    `${span.source.path}:${at.line}:${at.column} ${code}: ${message}`,
    ...(line === '' ? [] : [`| ${line}`, `| ${' '.repeat(at.column - 1)}${'^'.repeat(width)}`]),
    ...notes.map((note) => `note ${positionAt(note.span.source, note.span.start).line}: ${note.message}`),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ].join('\n');
}
