// A word of a text for a masked language model: the text with the mask in its place, and which of the tokens that are likely there
// are whole words. Loads no weights.
import type { LikelyWord, WordPlace } from '../augment/fill.ts';
import type { Likely } from './mask-filler.ts';
import type { TextTokenizer } from './tokenizer.ts';

/** With exactly one mask, and as much around it as the model can read. */
export function maskedText({ before, after }: WordPlace, tokenizer: TextTokenizer): string {
  const { mask, maxTokens } = tokenizer;
  if (mask === undefined) throw new Error('a tokenizer without a mask');
  const [left, right] = [before, after].map((text) => text.replaceAll(mask.token, apart(mask.token)));
  const fits = (text: string): boolean => tokenizer.length(text) <= maxTokens;
  const whole = `${left}${mask.token}${right}`;
  if (fits(whole)) return whole;
  // Half as much on each side, until it fits. Few tokens are longer than 16 characters.
  for (let kept = 16 * maxTokens; kept > 0; kept = Math.floor(kept / 2)) {
    const text = `${lastWords(left, kept)}${mask.token}${firstWords(right, kept)}`;
    if (fits(text)) return text;
  }
  return mask.token;
}

/**
 * Tokens that are whole words where the place is: behind a space, or a character of a script without spaces. Never the word that
 * stands there, whatever its casing is to this tokenizer.
 */
export function wholeWords(
  { ids, logs }: Likely,
  { word, unspaced }: WordPlace,
  tokenizer: TextTokenizer,
): readonly LikelyWord[] {
  const own = tokenizer.pieces(word);
  const words: LikelyWord[] = [];
  ids.forEach((id, i) => {
    if (own.length === 1 && own[0]?.id === id) return;
    const spelling = tokenizer.spelling(id);
    const pieces = spelling === '' ? [] : tokenizer.pieces(spelling);
    // Tokenizers that mark spaces may set one apart before a character.
    const whole = pieces.length === 1 || (unspaced && pieces.length === 2 && [...spelling].length === 1);
    if (whole && pieces.at(-1)?.id === id)
      words.push({ word: spelling, probability: Math.exp(logs[i] ?? NaN) });
  });
  return words;
}

/** Without a word that is cut off, where there are spaces to tell words by. */
function lastWords(text: string, characters: number): string {
  const kept = text.slice(-characters);
  return kept.length === text.length ? kept : kept.replace(/^\S*\s/u, '');
}

function firstWords(text: string, characters: number): string {
  const kept = text.slice(0, characters);
  return kept.length === text.length ? kept : kept.replace(/\s\S*$/u, '');
}

/** `[ MASK ]`: the mask spelt in a text no longer is one. */
export function apart(mask: string): string {
  return `${mask.slice(0, 1)} ${mask.slice(1, -1)} ${mask.slice(-1)}`;
}
