// Slips of the finger: a letter becomes one beside it on a QWERTY keyboard. Only words in the Latin alphabet have any.
import type { Random } from '../random.ts';
import { countOf, putTogether, takeApart } from './pieces.ts';

export interface TypoOptions {
  /** Share of the words with one typo each; at least one unless it is 0. */
  readonly rate: number;
  readonly random: Random;
}

const rows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** The keys that touch each key: left and right, and the two above and below, as rows are shifted by half a key. */
const neighbours: ReadonlyMap<string, string> = new Map(
  rows.flatMap((keys, line) =>
    [...keys].map((key, i) => {
      const above = line > 0 ? rows[line - 1].slice(i, i + 2) : '';
      const below = line < 2 ? rows[line + 1].slice(Math.max(0, i - 1), i + 1) : '';
      return [key, (keys[i - 1] ?? '') + (keys[i + 1] ?? '') + above + below] as const;
    }),
  ),
);

/** Words of at least four letters get one wrong letter, never the first. The text itself where there are none. */
export function makeTypos(text: string, { rate, random }: TypoOptions): string {
  const { pieces, tail } = takeApart(text);
  const changed = [...pieces];
  const open = [...pieces.keys()].filter((i) => /^\p{L}[a-z]{3,}$/iu.test(pieces[i].word));
  for (const i of random.shuffle(open).slice(0, countOf(rate, pieces.length)))
    changed[i] = { ...pieces[i], word: mistype(pieces[i].word, random) };
  return putTogether({ pieces: changed, tail });
}

function mistype(word: string, random: Random): string {
  const letters = [...word];
  const at = 1 + random.below(letters.length - 1);
  const letter = letters[at];
  const keys = neighbours.get(letter.toLowerCase()) ?? letter;
  const key = keys[random.below(keys.length)];
  letters[at] = letter === letter.toLowerCase() ? key : key.toUpperCase();
  return letters.join('');
}
