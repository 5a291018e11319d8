// Which text of a pair each token belongs to, for texts that are read in one run. Pure.
import type { Tokens } from './tokenizer.ts';

/** Of the tokens of each text; nothing where no text has any, so that a run of single texts is as if there were no pairs. */
export function typesOf(texts: readonly Tokens[]): readonly (readonly number[])[] | undefined {
  if (texts.every(({ types }) => types === undefined)) return undefined;
  return texts.map(({ ids, types }) => types ?? ids.map(() => 0));
}
