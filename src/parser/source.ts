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

/** Line and column of an offset: for printing only. The first call for a source reads all of its text. */
export function positionAt(source: Source, offset: number): Position {
  const end = Math.min(offset, source.text.length);
  let places = known.get(source);
  if (places === undefined) known.set(source, (places = placesIn(source.text)));
  const line = countBelow(places.newlines, end);
  const start = line === 0 ? places.first : (places.newlines[line - 1] ?? 0) + 1;
  const pairs = countBelow(places.pairs, end) - countBelow(places.pairs, start);
  return {
    line: (source.firstLine ?? 1) + line,
    column: Math.max(0, end - start - pairs) + 1,
    offset: end,
  };
}

interface Places {
  /** Offset behind the byte order mark. */
  readonly first: number;
  readonly newlines: readonly number[];
  /** Of the second halves of surrogate pairs. */
  readonly pairs: readonly number[];
}

/** A memory of what follows from the text alone. */
const known = new WeakMap<Source, Places>();

function placesIn(text: string): Places {
  const [newlines, pairs]: [number[], number[]] = [[], []];
  for (const { 0: found, index } of text.matchAll(/\n|[\uD800-\uDBFF][\uDC00-\uDFFF]/g)) {
    if (found === '\n') newlines.push(index);
    else pairs.push(index + 1);
  }
  return { first: text.startsWith('\uFEFF') ? 1 : 0, newlines, pairs };
}

/** How many of the ascending numbers are less, by bisection. */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The smallest span that covers both; `a` gives the source. */
export function cover(a: Span, b: Span): Span {
  return { source: a.source, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}
