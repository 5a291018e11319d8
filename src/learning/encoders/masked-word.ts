// How a word can be asked for at a mask: as one token of the tokenizer, or as several. Pure; loads no tokenizer.

export interface Piece {
  readonly id: number;
  readonly token: string;
}

export type MaskedWord =
  | { readonly state: 'token'; readonly id: number }
  /** Several tokens, or none. */
  | { readonly state: 'split'; readonly pieces: readonly Piece[] }
  /** The tokenizer cannot spell it. */
  | { readonly state: 'unknown' };

/** `unknown` is the token for what the tokenizer cannot spell. */
export function maskedWord(pieces: readonly Piece[], unknown: Piece | undefined): MaskedWord {
  const [first] = pieces;
  if (pieces.some(({ id }) => id === unknown?.id)) return { state: 'unknown' };
  if (first === undefined || pieces.length > 1) return { state: 'split', pieces };
  return { state: 'token', id: first.id };
}
