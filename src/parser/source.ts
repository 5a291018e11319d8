// A text with a name, and places in it. Offsets are UTF-16 code units; lines and columns exist only for printing.

export interface Source {
  /** As shown to people: relative to the working directory where that is shorter; `<command line>` for arguments. */
  readonly path: string;
  readonly text: string;
  /** Number of the first line of `text`, when `text` is an excerpt of a larger file. Default 1. */
  readonly firstLine?: number;
}

export interface Span {
  readonly source: Source;
  readonly start: number;
  /** Exclusive; equal to `start` for a place between two characters. */
  readonly end: number;
}

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, counted in code points; a byte order mark does not count. */
  readonly column: number;
  /** 0-based UTF-16 offset into the text. */
  readonly offset: number;
}

/** Line and column of an offset. O(n) in the text: for printing only. */
export function positionAt(source: Source, offset: number): Position {
  const end = Math.min(offset, source.text.length);
  let line = source.firstLine ?? 1;
  let lineStart = 0;
  for (let next = source.text.indexOf('\n'); next !== -1 && next < end;) {
    line += 1;
    lineStart = next + 1;
    next = source.text.indexOf('\n', lineStart);
  }
  const before = source.text.slice(lineStart, end).replace(/^\uFEFF/, '');
  return { line, column: [...before].length + 1, offset: end };
}

/** The smallest span that covers both; `a` gives the source. */
export function cover(a: Span, b: Span): Span {
  return { source: a.source, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}
