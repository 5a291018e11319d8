// Synonyms in place of random words, or beside them (synonym replacement and random insertion of EDA: Wei and Zou 2019).
import type { Random } from '../random.ts';
import { fitsArticle, isName, likeCasing, placeWords } from './casing.ts';
import { countOf, putTogether, takeApart, type Piece } from './pieces.ts';
import { staysAsItIs, type Thesaurus } from './thesaurus.ts';

export interface SynonymOptions {
  /** Share of the words to replace, or to insert; at least one unless it is 0. */
  readonly rate: number;
  readonly random: Random;
  readonly thesaurus: Thesaurus;
}

/** Replaces words by synonyms in their inflection and casing. The text itself where no word has one. */
export function replaceWithSynonyms(text: string, { rate, random, thesaurus }: SynonymOptions): string {
  const { pieces, tail } = takeApart(text);
  const changed = [...pieces];
  let left = countOf(rate, pieces.length);
  for (const i of random.shuffle([...pieces.keys()])) {
    if (left === 0) break;
    const options = synonymsOf(pieces[i], thesaurus).filter((synonym) => fitsArticle(pieces, i, synonym));
    if (options.length === 0) continue;
    changed[i] = { ...pieces[i], word: likeCasing(pieces[i].word, options[random.below(options.length)]) };
    left -= 1;
  }
  return putTogether({ pieces: changed, tail });
}

/** Puts synonyms of random words before other random words. The text itself where no word has one. */
export function insertSynonyms(text: string, { rate, random, thesaurus }: SynonymOptions): string {
  const { pieces, tail } = takeApart(text);
  let result = [...pieces];
  let left = countOf(rate, pieces.length);
  for (const i of random.shuffle([...pieces.keys()])) {
    if (left === 0) break;
    const options = synonymsOf(pieces[i], thesaurus);
    if (options.length === 0) continue;
    result = inserted(result, options[random.below(options.length)], random);
    left -= 1;
  }
  return putTogether({ pieces: result, tail });
}

/** With the word at a random place of those where words are set apart by spaces, the beginning among them. */
function inserted(pieces: readonly Piece[], word: string, random: Random): Piece[] {
  const places = [...pieces.keys()].filter(
    (i) => !pieces[i].unspaced && (i === 0 || /\s$/u.test(pieces[i].before)),
  );
  const at = places[random.below(places.length)];
  const next = pieces[at];
  const added: Piece = { before: '', word, unspaced: false, first: false };
  const order = [...pieces.slice(0, at), added, ...pieces.slice(at)];
  const slots = [
    ...pieces.slice(0, at),
    next,
    { ...next, word, before: ' ', first: false },
    ...pieces.slice(at + 1),
  ];
  return placeWords(slots, order);
}

function synonymsOf(piece: Piece, thesaurus: Thesaurus): readonly string[] {
  const word = piece.word.toLowerCase();
  return piece.unspaced || isName(piece) || staysAsItIs(piece) ? [] : thesaurus.synonyms(word);
}
