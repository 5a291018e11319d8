// Where a string ends and what it is made of, seeing `${…}` with strings inside it. Knows nothing of the rest of the grammar.

export interface StringExtent {
  /** Offset after the closing quote; for an unclosed string, where reading can best go on. */
  readonly end: number;
  readonly closed: boolean;
  readonly triple: boolean;
}

/** Longest `${…}`; what is longer is taken for text. Keeps the search for a missing `}` linear. */
const longestInterpolation = 4096;
const deepestNesting = 64;

/** `text[start]` is a double quote. */
export function scanString(text: string, start: number): StringExtent {
  const triple = text.startsWith('"""', start);
  const withCode = scan(text, start, true);
  const end = withCode ?? scan(text, start, false);
  if (end !== undefined) return { end, closed: true, triple };
  return { end: triple ? text.length : endOfUnclosed(text, start), closed: false, triple };
}

/** The end of the `${…}` that starts at `start`, after its `}`; undefined where it has none. */
export function scanInterpolation(text: string, start: number, limit: number): number | undefined {
  let depth = 0;
  const stop = Math.min(limit, start + longestInterpolation);
  for (let i = start + 2; i < stop;) {
    const c = text[i];
    if (c === '\n') return undefined;
    if (c === '"') {
      const inner = scan(text, i, true);
      if (inner === undefined || inner > stop) return undefined;
      i = inner;
      continue;
    }
    if (c === '{') depth += 1;
    if (c === '}') {
      if (depth === 0) return i + 1;
      depth -= 1;
    }
    i += 1;
  }
  return undefined;
}

type Frame =
  { readonly in: 'string'; readonly triple: boolean } | { readonly in: 'code'; start: number; depth: number };

/** The end of the string at `start`, or undefined where it is not closed. */
function scan(text: string, start: number, interpolated: boolean): number | undefined {
  const triple = text.startsWith('"""', start);
  const frames: Frame[] = [{ in: 'string', triple }];
  let i = start + (triple ? 3 : 1);
  while (i < text.length) {
    const frame = frames[frames.length - 1];
    if (frame === undefined || frames.length > deepestNesting) return undefined;
    const c = text[i];
    if (frame.in === 'code') {
      if (c === '\n' || i - frame.start > longestInterpolation) return undefined;
      if (c === '"') {
        const inner = text.startsWith('"""', i);
        frames.push({ in: 'string', triple: inner });
        i += inner ? 3 : 1;
        continue;
      }
      if (c === '{') frame.depth += 1;
      if (c === '}') {
        if (frame.depth === 0) frames.pop();
        frame.depth -= 1;
      }
      i += 1;
    } else if (c === '\\') {
      i += text[i + 1] === '\n' || (text[i + 1] === '\r' && text[i + 2] === '\n') ? 1 : 2;
    } else if (c === '\n' && !frame.triple) {
      return undefined;
    } else if (c === '"' && (!frame.triple || text.startsWith('"""', i))) {
      i += frame.triple ? 3 : 1;
      frames.pop();
      if (frames.length === 0) return i;
    } else if (interpolated && text.startsWith('$${', i)) {
      i += 3;
    } else if (interpolated && text.startsWith('${', i)) {
      frames.push({ in: 'code', start: i, depth: 0 });
      i += 2;
    } else {
      i += 1;
    }
  }
  return undefined;
}

/** The end of the line, less closing brackets, commas and blanks that were not opened inside the string. */
function endOfUnclosed(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  let end = newline === -1 ? text.length : newline;
  const openers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  while (end > start + 1) {
    const last = text.charAt(end - 1);
    const opener = openers[last];
    if (opener === undefined && !/[\s,]/.test(last)) break;
    if (opener !== undefined && text.slice(start, end).includes(opener)) break;
    end -= 1;
  }
  return end;
}
