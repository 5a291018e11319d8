// Whether a bare word is one that the option's kind knows: then it is not a name.
import type { OptionKind } from '../stages/option.ts';

export function knowsWord(kind: OptionKind, word: string): boolean {
  switch (kind.type) {
    case 'word':
      return Object.hasOwn(kind.words, word);
    case 'call':
      return Object.hasOwn(kind.calls, word);
    case 'count':
      return word === 'rest';
    case 'list':
      return knowsWord(kind.of, word);
    case 'either':
      return kind.kinds.some((inner) => knowsWord(inner, word));
    default:
      return false;
  }
}
