// Where synonyms come from, as the augmenters see it, and the words that no augmenter replaces.
import type { Piece } from './pieces.ts';

export interface Thesaurus {
  /** Words that can stand for this lower-case one, in its inflection; never the word itself. */
  synonyms(word: string): readonly string[];
}

/** Words that hold a sentence together: replacing one changes what is said, or breaks the grammar. */
export const functionWords: ReadonlySet<string> = new Set(
  `a about above after again against ago all almost already also although always am among an and another any anybody
  anyone anything are as at away be became because become been before behind being below beside besides between beyond both
  but by can cannot could did do does doing done down during each either else enough even ever every everybody everyone
  everything except few for from further had has have having he hence her here hers herself him himself his how however i
  if in indeed instead into is it its itself just least less like lot made make many may maybe me might mine more most much
  must my myself near neither never nevertheless no nobody none nor not nothing now of off often on once one only onto or
  other others otherwise ought our ours ourselves out over own per perhaps quite rather really same shall she should since
  so some somebody someone something still such than that the their theirs them themselves then there therefore these they
  this those though through thus till to together too toward towards two under unless until up upon us very via was we well
  were what whatever when whenever where whether which while who whoever whom whose why will with within without would yet
  you your yours yourself yourselves`.split(/\s+/),
);

/** What a tokenizer has cut off a word: `it 's`, `they 're`; in a quotation a word may look the same. */
const contractions = /^(?:s|d|m|t|re|ve|ll)$/iu;

/** Whether it is a word that holds a sentence together, or a piece of a word. */
export function staysAsItIs({ before, word, unspaced }: Piece): boolean {
  if (functionWords.has(word.toLowerCase())) return true;
  if (unspaced) return false;
  return [...word].length === 1 || (/['’]$/u.test(before) && contractions.test(word));
}
