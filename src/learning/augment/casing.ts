// Capital letters when words are replaced or moved: a replacement is written like what it replaces, and a sentence keeps
// its capital without the word that had it.
import type { Piece } from './pieces.ts';

type Casing = 'lower' | 'capitalised' | 'upper' | 'mixed';

/** `replacement` in the casing of `word`. */
export function likeCasing(word: string, replacement: string): string {
  switch (casingOf(word)) {
    case 'upper':
      return replacement.toUpperCase();
    case 'capitalised':
      return capitalise(replacement);
    case 'lower':
    case 'mixed':
      return replacement;
  }
}

/** Whether the word looks like a name or an abbreviation, which mean themselves alone. */
export function isName({ word, first }: Piece): boolean {
  const casing = casingOf(word);
  return casing === 'mixed' || (casing === 'capitalised' && !first);
}

/**
 * The moved words in the places of `pieces`: where a sentence opened with a capital it does so again, and the word that
 * lost the place is written small unless it is a name, an abbreviation or `I`.
 */
export function placeWords(pieces: readonly Piece[], moved: readonly Piece[]): Piece[] {
  const names = new Set(pieces.filter((piece) => isName(piece)).map(({ word }) => word));
  return pieces.map((place, i) => {
    const { word, first, unspaced } = moved[i];
    const plain =
      first && casingOf(word) === 'capitalised' && !names.has(word) && !/^I(?:['’]|$)/u.test(word);
    const small = plain ? word.toLowerCase() : word;
    const opens = place.first && casingOf(place.word) !== 'lower' && casingOf(small) === 'lower';
    return { ...place, word: opens ? capitalise(small) : small, unspaced };
  });
}

/** Whether the replacement begins like the word it replaces, which it must after `a` or `an`. */
export function fitsArticle(pieces: readonly Piece[], i: number, replacement: string): boolean {
  const article = i > 0 && /^an?$/i.test(pieces[i - 1].word);
  return !article || /^[aeiou]/i.test(replacement) === /^[aeiou]/i.test(pieces[i].word);
}

/** With a capital first letter. */
function capitalise(word: string): string {
  const [head = '', ...rest] = word;
  return head.toUpperCase() + rest.join('');
}

function casingOf(word: string): Casing {
  const [head = '', ...rest] = word;
  const tail = rest.join('');
  if (word === word.toLowerCase()) return 'lower';
  if (head !== head.toLowerCase() && tail === tail.toLowerCase()) return 'capitalised';
  return word === word.toUpperCase() ? 'upper' : 'mixed';
}
