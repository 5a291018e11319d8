// Random pairs of words change places (random swap of EDA: Wei and Zou 2019). Punctuation and spacing stay.
import type { Random } from '../random.ts';
import { placeWords } from './casing.ts';
import { countOf, putTogether, takeApart } from './pieces.ts';

export interface SwapOptions {
  /** Pairs to swap, as a share of the words; at least one unless it is 0. */
  readonly rate: number;
  readonly random: Random;
}

/** The text itself where all its words are the same. */
export function swapWords(text: string, { rate, random }: SwapOptions): string {
  const { pieces, tail } = takeApart(text);
  const moved = [...pieces];
  for (let left = countOf(rate, pieces.length); left > 0 && moved.length > 1; left -= 1) {
    const i = random.below(moved.length);
    const others = [...moved.keys()].filter((j) => moved[j].word !== moved[i].word);
    if (others.length === 0) break;
    const j = others[random.below(others.length)];
    [moved[i], moved[j]] = [moved[j], moved[i]];
  }
  return putTogether({ pieces: placeWords(pieces, moved), tail });
}
