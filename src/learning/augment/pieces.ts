// A text taken apart into words and what stands between them, so that words can be changed without touching
// punctuation and spacing. In scripts that are written without spaces every character is a word.

export interface Piece {
  /** What stands before the word: space, punctuation, or nothing. */
  readonly before: string;
  readonly word: string;
  /** Whether the word's script has no spaces between words. */
  readonly unspaced: boolean;
  /** Whether the word opens the text or a sentence. */
  readonly first: boolean;
}

export interface Pieces {
  readonly pieces: readonly Piece[];
  /** What stands after the last word. */
  readonly tail: string;
}

const unspaced = '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}';
const words = new RegExp(
  `(?<character>(?=\\p{L})[${unspaced}]\\p{M}*)|(?:(?![${unspaced}])\\p{L}|[\\p{M}\\p{N}_])+(?:['’.-](?:(?![${unspaced}])\\p{L}|\\p{N})+)*`,
  'gu',
);

export function takeApart(text: string): Pieces {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(words)) {
    const before = text.slice(end, match.index);
    const character = match.groups?.['character'] !== undefined;
    pieces.push({
      before,
      word: match[0],
      unspaced: character,
      first: pieces.length === 0 || /[.!?…。！？]["'”’)\]]*\s|[。！？\n]/u.test(before),
    });
    end = match.index + match[0].length;
  }
  return { pieces, tail: text.slice(end) };
}

export function putTogether({ pieces, tail }: Pieces): string {
  return pieces.map(({ before, word }) => before + word).join('') + tail;
}

/** How many of `words` a rate means: at least one, unless the rate is 0. */
export function countOf(rate: number, words: number): number {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`a rate is between 0 and 1, not ${rate}`);
  return rate === 0 ? 0 : Math.max(1, Math.round(rate * words));
}
