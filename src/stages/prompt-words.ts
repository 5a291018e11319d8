// The words of the labels: as the `verbalizer` of `prompt` gives them, else the names of the labels. Pure.
import type { Problem } from '../parser/diagnostic.ts';
import { suggest } from '../parser/suggest.ts';
import { list } from './load-columns.ts';
import { wordsOfName, type Prompt } from './prompted.ts';

export type Verbalizer = readonly (readonly [label: string, words: readonly string[]])[];

export interface ReadWords {
  /** In label order; without known labels in the order of the verbalizer. */
  readonly words: Prompt['words'];
  readonly problems: readonly Omit<Problem, 'span'>[];
}

/** `labels` are those of the rows; `undefined` where they have none, or where they are not known yet. */
export function wordsOfLabels(
  verbalizer: Verbalizer | undefined,
  labels: readonly string[] | undefined,
): ReadWords {
  const given = new Map(verbalizer);
  const names = labels ?? [...given.keys()];
  const words = names.map(
    (label) => [label, given.get(label)?.map((word) => word.trim()) ?? [wordsOfName(label)]] as const,
  );
  if (verbalizer === undefined) return { words, problems: [] };
  const problems = [
    ...(labels === undefined ? [] : [...unknownLabels(given, labels), ...withoutWords(given, labels)]),
    ...words.flatMap(([label, own]) =>
      own.includes('') ? [bad(`the words of \`${label}\` have an empty one`)] : [],
    ),
    ...sharedWords(words),
  ];
  return { words, problems };
}

function unknownLabels(
  given: ReadonlyMap<string, unknown>,
  labels: readonly string[],
): readonly Omit<Problem, 'span'>[] {
  return [...given.keys()]
    .filter((label) => !labels.includes(label))
    .map((label) => {
      const near = suggest(label, labels);
      const known = `the labels are ${list(labels)}`;
      return {
        code: 'unknown-label',
        message: `the verbalizer has words for \`${label}\`, and no row has that label`,
        hint: near === undefined ? known : `did you mean \`${near}\`? ${known}`,
      };
    });
}

function withoutWords(
  given: ReadonlyMap<string, readonly string[]>,
  labels: readonly string[],
): readonly Omit<Problem, 'span'>[] {
  const missing = labels.filter((label) => (given.get(label)?.length ?? 0) === 0);
  return missing.length === 0 ? [] : [bad(`the verbalizer has no word for ${list(missing)}`)];
}

function sharedWords(words: Prompt['words']): readonly Omit<Problem, 'span'>[] {
  const owner = new Map<string, string>();
  return words.flatMap(([label, own]) =>
    own.flatMap((word) => {
      const key = word.toLowerCase();
      const other = owner.get(key);
      owner.set(key, label);
      if (other === undefined) return [];
      return [
        other === label
          ? bad(`\`${word}\` stands twice among the words of \`${label}\``)
          : bad(`\`${word}\` stands for \`${other}\` and for \`${label}\`, so it tells nothing`),
      ];
    }),
  );
}

function bad(message: string): Omit<Problem, 'span'> {
  return {
    code: 'bad-verbalizer',
    message,
    hint: 'give every label words of its own: `verbalizer: { good: ["great"], bad: ["awful"] }`',
  };
}
