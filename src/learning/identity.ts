// When two texts are the same text: what duplicates are found by, and the folding of letters that goes into it.

/** The text that duplicates share: composed characters, one case, white space collapsed and trimmed. */
export function normaliseText(text: string): string {
  return foldCase(text.normalize('NFC')).normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** One case for all letters; by way of capitals, so that `ß` and `ss`, `ς` and `σ` meet. */
export function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
