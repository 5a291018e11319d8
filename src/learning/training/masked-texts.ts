// Texts with some of their tokens covered by the token for masks, at random. Knows no tensors.
import type { TextTokenizer } from '../encoders/tokenizer.ts';
import type { Random } from '../random.ts';

export interface MaskedText {
  readonly ids: readonly number[];
  /** Where the masks are, and what is under them. */
  readonly asked: readonly { readonly place: number; readonly id: number }[];
}

/** Covers this share of a text's tokens, at least one of them; none of a text that has only special tokens. */
export type CoverText = (ids: readonly number[], random: Random) => MaskedText;

/** Tokens that stand for no word of a text, and are never covered. */
export function specialTokens(
  tokenizer: Pick<TextTokenizer, 'encode' | 'mask' | 'unknown'>,
): ReadonlySet<number> {
  const { mask, unknown } = tokenizer;
  return new Set([
    ...tokenizer.encode(''),
    ...[mask, unknown].flatMap((piece) => (piece === undefined ? [] : [piece.id])),
  ]);
}

/** `mask`: the token for masks. */
export function coverTexts(mask: number, special: ReadonlySet<number>, share: number): CoverText {
  return (ids, random) => {
    const places = [...ids.keys()].filter((place) => !special.has(ids[place] ?? mask));
    const count = Math.min(places.length, Math.max(1, Math.round(share * places.length)));
    const chosen = random.shuffle(places).slice(0, count);
    const covered = [...ids];
    for (const place of chosen) covered[place] = mask;
    return { ids: covered, asked: chosen.map((place) => ({ place, id: ids[place] ?? mask })) };
  };
}

/** How often each token stands in the texts where it could be covered. */
export function tokenCounts(
  texts: readonly (readonly number[])[],
  vocabulary: number,
  special: ReadonlySet<number>,
): Float64Array {
  const counts = new Float64Array(vocabulary);
  for (const ids of texts) for (const id of ids) if (!special.has(id)) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}

/** Logarithms of the shares, as if each token had been seen half a time more. */
export function logShares(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count + 0.5, 0);
  return counts.map((count) => Math.log((count + 0.5) / total));
}
