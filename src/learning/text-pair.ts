// Two texts that are read together, as one string with a mark between them: whatever takes texts takes pairs. The mark is a character that Unicode
// keeps for the inside of programs (U+FDD0), so that no text has it.

const mark = '\uFDD0';

export function textPair(first: string, second: string): string {
  return first + mark + second;
}

/** Nothing where it is one text. */
export function pairIn(text: string): readonly [first: string, second: string] | undefined {
  const at = text.indexOf(mark);
  return at < 0 ? undefined : [text.slice(0, at), text.slice(at + 1)];
}

/** Both texts; where it is one text, nothing is the second. */
export function bothTexts(text: string): readonly [first: string, second: string] {
  return pairIn(text) ?? [text, ''];
}

/** For people. */
export function shownText(text: string): string {
  return text.replaceAll(mark, ' | ');
}

/** A text of a file, which may hold anything. */
export function withoutMark(text: string): string {
  return text.replaceAll(mark, '');
}
