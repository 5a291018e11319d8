// When two texts are the same text: what duplicates are found by, and the folding of letters that goes into it.
import { pairIn, textPair } from './text-pair.ts';

/** The text that duplicates share: composed characters, one case, white space collapsed and trimmed, of a pair that of both. */
export function normaliseText(text: string): string {
  const pair = pairIn(text);
  if (pair !== undefined) return textPair(normaliseText(pair[0]), normaliseText(pair[1]));
  return foldCase(text.normalize('NFC')).normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** One case for all letters; by way of capitals, so that `ß` and `ss`, `ς` and `σ` meet. */
export function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
