// Rows as the texts that an encoder is given: templates filled in, and cut to what the encoder reads so that no part of a
// template is lost. Knows no tokenizer but how to ask whether a text fits.
import type { PromptTemplate } from './prompt-template.ts';

/** `value`: of a row, may be shortened; else of a template, stays whole. */
export interface Piece {
  readonly text: string;
  readonly value: boolean;
}

/** What goes into the holes. */
export interface Filling {
  readonly text: string;
  readonly column: (name: string) => string;
  /** The mask of the model, or the word that stands in its place. */
  readonly mask: string;
}

export function fillTemplate(template: PromptTemplate, { text, column, mask }: Filling): readonly Piece[] {
  return template.map((part): Piece => {
    if (typeof part === 'string') return { text: part, value: false };
    switch (part.hole) {
      case 'text':
        return { text, value: true };
      case 'column':
        return { text: column(part.column), value: true };
      case 'mask':
        return { text: mask, value: false };
      default:
        return part satisfies never;
    }
  });
}

/**
 * The pieces as one text that fits. Where the whole does not, all values are cut to one length, the longest that does, so that
 * long ones give way first. Nothing where the template alone does not fit.
 */
export function fitted(pieces: readonly Piece[], fits: (text: string) => boolean): string | undefined {
  const whole = joined(pieces);
  if (fits(whole)) return whole;
  const values = pieces.map(({ text, value }) => (value ? [...text] : undefined));
  const cut = (length: number): string =>
    pieces
      .map(({ text }, i) => {
        const characters = values[i];
        return characters === undefined ? text : shortened(characters, length);
      })
      .join('');
  let low = 0;
  let high = Math.max(0, ...values.map((characters) => characters?.length ?? 0));
  if (!fits(cut(low))) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(cut(middle))) low = middle;
    else high = middle;
  }
  return cut(low);
}

export function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

/** How far back the end of a word is looked for: in scripts without spaces there may be none. */
const longestWord = 24;

/** The first characters, up to the end of a word where one is near. */
function shortened(characters: readonly string[], length: number): string {
  if (characters.length <= length) return characters.join('');
  const isSpace = (at: number): boolean => /\s/.test(characters[at] ?? '');
  for (let end = length; end > Math.max(0, length - longestWord); end -= 1)
    if (isSpace(end)) return characters.slice(0, end).join('').trimEnd();
  return characters.slice(0, length).join('');
}
