// Texts that somebody asks about as rows without labels: as they are, or two by two where the model reads pairs.
import { withoutMark } from '../learning/text-pair.ts';
import type { Dataset, Roles } from './dataset.ts';

export type TextPair = readonly [first: string, second: string];

export function askedTexts(texts: readonly string[]): Dataset {
  return asRows({ text: 'text' }, [['text', texts]]);
}

/** `first` and `second`: what the model calls the two texts. */
export function askedPairs([first, second]: TextPair, pairs: readonly TextPair[]): Dataset {
  return asRows({ text: first, second }, [
    [first, pairs.map(([one]) => one)],
    [second, pairs.map(([, other]) => other)],
  ]);
}

/** `columns`: of the texts, as many of each. */
function asRows(
  roles: Roles,
  columns: readonly (readonly [name: string, texts: readonly string[]])[],
): Dataset {
  const cleaned = columns.map(([name, texts]) => [name, texts.map(withoutMark)] as const);
  const rows = cleaned[0]?.[1].length ?? 0;
  return {
    rows,
    columns: new Map(cleaned),
    roles,
    labels: [],
    multiLabel: false,
    partition: undefined,
    source: Int32Array.from({ length: rows }, (_, i) => i),
  };
}
