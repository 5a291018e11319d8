// Words that a masked language model finds likely in the place of others (contextual augmentation: Kobayashi 2018). Each word is
// asked for by itself, with all others as they are. Knows no models: what is likely comes through a port.
import type { Random } from '../random.ts';
import { fitsArticle, isName, likeCasing } from './casing.ts';
import { countOf, putTogether, takeApart, type Piece } from './pieces.ts';
import { functionWords, staysAsItIs } from './thesaurus.ts';

/** A word in its text. */
export interface WordPlace {
  readonly before: string;
  readonly word: string;
  readonly after: string;
  /** Whether the word's script has no spaces between words. */
  readonly unspaced: boolean;
}

export interface LikelyWord {
  readonly word: string;
  readonly probability: number;
}

export interface FillOptions {
  /** Share of the words to replace; at least one unless it is 0. */
  readonly rate: number;
  readonly random: Random;
  /** Words for the place, the likeliest first; nothing where that is not known yet. */
  readonly likely: (place: WordPlace) => readonly LikelyWord[] | undefined;
}

/** Of the words that fit, so many may be taken, each as often as it is likely. */
const mostChoices = 10;

/**
 * Replaces random words that carry meaning, in their casing, never by themselves. The text itself where no word has another that
 * fits; nothing while it is not known what is likely in one of the places.
 */
export function fillWords(text: string, { rate, random, likely }: FillOptions): string | undefined {
  const { pieces, tail } = takeApart(text);
  const changed = [...pieces];
  let left = countOf(rate, pieces.length);
  let unknown = false;
  for (const i of random.shuffle([...pieces.keys()].filter((at) => mayChange(pieces[at])))) {
    if (left === 0) break;
    const piece = pieces[i];
    const before = putTogether({ pieces: pieces.slice(0, i), tail: piece.before });
    const after = putTogether({ pieces: pieces.slice(i + 1), tail });
    const { word, unspaced } = piece;
    const words = likely({ before, word, after, unspaced });
    const choices = words?.filter((choice) => fits(choice.word, pieces, i)).slice(0, mostChoices);
    if (choices?.length === 0) continue;
    left -= 1;
    if (choices === undefined) unknown = true;
    else changed[i] = { ...piece, word: likeCasing(word, drawn(choices, random.derive('word', i))) };
  }
  return unknown ? undefined : putTogether({ pieces: changed, tail });
}

function mayChange(piece: Piece): boolean {
  return isWord(piece.word) && !isName(piece) && !staysAsItIs(piece);
}

function isWord(word: string): boolean {
  return /^\p{L}[\p{L}\p{M}]*$/u.test(word);
}

function fits(word: string, pieces: readonly Piece[], i: number): boolean {
  const piece = pieces[i];
  const small = word.toLowerCase();
  const [only, ...others] = takeApart(word).pieces;
  return (
    others.length === 0 &&
    only?.word === word &&
    only.unspaced === piece.unspaced &&
    isWord(word) &&
    // A single letter is a piece of a word, such as what is left of `don't`, in scripts whose words are set apart.
    (piece.unspaced || small.length > 1) &&
    small !== piece.word.toLowerCase() &&
    !functionWords.has(small) &&
    // In the middle of a sentence a capital makes a name.
    (word === small || piece.word !== piece.word.toLowerCase()) &&
    fitsArticle(pieces, i, small)
  );
}

function drawn(choices: readonly LikelyWord[], random: Random): string {
  const all = choices.reduce((sum, { probability }) => sum + probability, 0);
  let rest = random.next() * all;
  const found = choices.find(({ probability }) => (rest -= probability) < 0);
  return (found ?? choices[0]).word;
}
