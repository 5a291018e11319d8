// A text whose line breaks are still open: tokens, and gaps between them that become spaces or new lines. Knows nothing of
// the language.

export type Doc = Token | Gap | Group | Indent | Choice | readonly Doc[];

export interface Token {
  readonly doc: 'token';
  readonly text: string;
  /** Layout, such as a trailing comma: stands for no token of a source. */
  readonly free: boolean;
}

export interface Gap {
  readonly doc: 'gap';
  /** Spaces, where it is no line break. */
  readonly width: number;
  /** `group`: when the group around it is broken. `fill`: the same, and what follows up to the next gap does not fit. */
  readonly breaks: 'never' | 'group' | 'fill' | 'always';
  /** Whether an empty line of the source is kept: above what comes first in the gap, and above the token behind it. */
  readonly blank: { readonly first: boolean; readonly token: boolean };
  /** Comments in it stand one level deeper than the token behind it. */
  readonly deeper: boolean;
  /** Where a comment makes a line break of a gap that has none, the next line is indented. */
  readonly hang: boolean;
}

/** On one line where it fits and holds nothing that needs a line of its own, else broken at all its gaps. */
export interface Group {
  readonly doc: 'group';
  readonly of: Doc;
  readonly broken: boolean;
}

export interface Indent {
  readonly doc: 'indent';
  readonly of: Doc;
}

/** One or the other, as the group around it is on one line or broken. Holds free tokens and gaps only. */
export interface Choice {
  readonly doc: 'choice';
  readonly flat: Doc;
  readonly broken: Doc;
}

export const indentWidth = 2;

export function token(text: string): Token {
  return { doc: 'token', text, free: false };
}

export function free(text: string): Token {
  return { doc: 'token', text, free: true };
}

export const keepBlank = { first: true, token: true } as const;
export const afterOpener = { first: false, token: true } as const;
export const beforeCloser = { first: true, token: false } as const;
export const noBlank = { first: false, token: false } as const;

export function gap(settings: Partial<Omit<Gap, 'doc'>> = {}): Gap {
  return { doc: 'gap', width: 1, breaks: 'never', blank: noBlank, deeper: false, hang: true, ...settings };
}

export function group(of: Doc, broken = false): Group {
  return { doc: 'group', of, broken };
}

export function indent(of: Doc): Indent {
  return { doc: 'indent', of };
}

export function choice(flat: Doc, broken: Doc): Choice {
  return { doc: 'choice', flat, broken };
}

/** Everything on one line. */
export function flatText(doc: Doc): string {
  if (!('doc' in doc)) return doc.map(flatText).join('');
  switch (doc.doc) {
    case 'token':
      return doc.text;
    case 'gap':
      return ' '.repeat(doc.width);
    case 'group':
    case 'indent':
      return flatText(doc.of);
    case 'choice':
      return flatText(doc.flat);
    default:
      return doc satisfies never;
  }
}
