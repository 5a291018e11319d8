// Where a text stops being JSON (RFC 8259). The engine's own parser does not always say.

const token = {
  space: /[ \t\n\r]*/y,
  string: /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y,
  number: /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y,
  word: /true|false|null/y,
};

/** Offset of the first character that cannot stand where it stands; the length where the end comes too early; -1 for JSON. */
export function jsonErrorAt(text: string): number {
  let at = 0;
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const skip = (): boolean => match(token.space);
  const take = (character: string): boolean => {
    skip();
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  /** What is still open, innermost last. */
  const open: ('{' | '[')[] = [];
  const key = (): boolean => (skip(), match(token.string)) && take(':');

  for (;;) {
    if (take('{')) {
      if (!take('}')) {
        if (!key()) return at;
        open.push('{');
        continue;
      }
    } else if (take('[')) {
      if (!take(']')) {
        open.push('[');
        continue;
      }
    } else if (!match(token.string) && !match(token.word) && !match(token.number)) return at;
    // A value has ended: go up as far as things close.
    for (;;) {
      const inside = open.at(-1);
      if (inside === undefined) return (skip(), at === text.length) ? -1 : at;
      if (take(',')) {
        if (inside === '{' && !key()) return at;
        break;
      }
      if (!take(inside === '{' ? '}' : ']')) return at;
      open.pop();
    }
  }
}
