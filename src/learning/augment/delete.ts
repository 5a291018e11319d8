// Random words are left out (random deletion of EDA: Wei and Zou 2019), with the spacing and punctuation that makes no
// sense without them.
import type { Random } from '../random.ts';
import { placeWords } from './casing.ts';
import { countOf, putTogether, takeApart, type Piece } from './pieces.ts';

export interface DeleteOptions {
  /** Probability of each word to go. */
  readonly rate: number;
  readonly random: Random;
}

/** At least one word goes unless the rate is 0, and at least one stays; a text of one word stays as it is. */
export function deleteWords(text: string, { rate, random }: DeleteOptions): string {
  const { pieces, tail } = takeApart(text);
  if (pieces.length < 2 || countOf(rate, 1) === 0) return text;
  const order = random.shuffle([...pieces.keys()]);
  const gone = new Set(order.filter(() => random.next() < rate));
  if (gone.size === 0) gone.add(order[0]);
  if (gone.size === pieces.length) gone.delete(order[0]);

  const places: Piece[] = [];
  let between = '';
  let opening: Piece | undefined; // opened a sentence and may be gone: the next word opens it then, with its capital
  for (const [i, piece] of pieces.entries()) {
    between = gone.has(i - 1) ? joined(between, piece.before) : piece.before;
    if (piece.first) opening = piece;
    if (gone.has(i)) continue;
    const before = places.length === 0 && i > 0 ? between.replace(/^[\s,;:.!?]+/u, '') : between;
    places.push({ ...(opening ?? piece), before });
    opening = undefined;
  }
  const kept = pieces.filter((_, i) => !gone.has(i));
  return putTogether({
    pieces: placeWords(places, kept),
    tail: gone.has(pieces.length - 1) ? closed(between, tail) : tail,
  });
}

/** What stands before and after a word that is gone, without doubled spaces and stray commas. */
function joined(before: string, after: string): string {
  return (before + after)
    .replace(/(\s)\s+/gu, '$1')
    .replace(/\s+([,;:.!?)\]])/gu, '$1')
    .replace(/([,;:])[,;:]+/gu, '$1')
    .replace(/[,;:]+([.!?])/gu, '$1');
}

/** The same at the end of the text, where nothing follows that a space or comma could lead to. */
function closed(before: string, tail: string): string {
  return joined(before, tail).replace(/[\s,;:]+$/u, '') + (/\s*$/u.exec(tail)?.[0] ?? '');
}
