// A table in plain text: columns as wide as their widest cell, two spaces between them, a rule under the heads.
import { showable } from '../../parser/display-width.ts';
import { type Paint } from './paint.ts';
import { padText, textWidth } from './text-width.ts';

export interface Column {
  readonly head: string;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right';
}

/** Lines of the table. What acts on a terminal in a cell becomes visible, so cells have no colours. A column in which every cell is empty is left out. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): readonly string[] {
  const shown = rows.map((row) => row.map(showable));
  const kept = columns.flatMap((column, i) => {
    const cells = shown.map((row) => row[i] ?? '');
    if (cells.every((cell) => cell === '')) return [];
    const width = Math.max(textWidth(showable(column.head)), ...cells.map(textWidth));
    return [{ column, i, width }];
  });
  const line = (cells: readonly string[]): string => cells.join('  ').trimEnd();
  const pad = (text: string, width: number, column: Column): string =>
    padText(text, width, column.align === 'right' ? 'left' : 'right');
  return [
    line(kept.map(({ column, width }) => paint.bold(pad(showable(column.head), width, column)))),
    paint.dim(line(kept.map(({ width }) => '─'.repeat(width)))),
    ...shown.map((row) => line(kept.map(({ column, i, width }) => pad(row[i] ?? '', width, column)))),
  ];
}
