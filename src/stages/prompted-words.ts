// What `cloze` starts from: the scores that a masked language model gives to the words of the labels. Words that the model cannot
// be asked for are told before anything is computed.
import type { LabelWords } from '../learning/heads/cloze.ts';
import type { Head } from '../learning/heads/head.ts';
import type { MaskedWord } from '../learning/encoders/masked-word.ts';
import type { Problem } from '../parser/diagnostic.ts';
import type { Dataset } from './dataset.ts';
import { openMaskedWords } from './huggingface-source.ts';
import { needsMaskedModel, type SourcedEncoder } from './model-source.ts';
import type { Prompt } from './prompted.ts';
import type { EncodeRows } from './row-encoder.ts';
import { stepFailure } from './step-failure.ts';

/** Texts that say nothing. */
const contentFree = ['', 'N/A'];

/** Throws `Failure` where the model cannot spell a word, or is not asked for words; tells which words are several tokens. */
export async function startOfWords(
  prompt: Prompt,
  labels: readonly string[],
  { files, tokenizer }: SourcedEncoder,
  note: (text: string) => void,
): Promise<Head> {
  const pairs = prompt.words.flatMap(([label, words]) => words.map((word) => ({ label, word })));
  const own = pairs.map(({ word }) => word);
  const found = tokenizer === undefined ? undefined : await openMaskedWords(files, own);
  if (found === undefined) throw stepFailure(needsMaskedModel, 'model');
  const problem = wordsProblem(prompt.words, (word) => found.words[own.indexOf(word)]);
  if (problem !== undefined) throw stepFailure(problem, 'from');
  for (const [i, { label, word }] of pairs.entries()) {
    const spelt = found.words[i];
    if (spelt?.state === 'split') note(splitNote(label, word, spelt.pieces));
  }
  const { wordHead } = await import('../learning/heads/cloze.ts');
  const words: LabelWords = {
    ...found,
    labels: Int32Array.from(pairs, ({ label }) => labels.indexOf(label)),
  };
  return wordHead(words, labels.length);
}

/** Words that the model cannot be asked for; a word of which nothing is known is taken for one that it can. */
export function wordsProblem(
  words: Prompt['words'],
  known: (word: string) => MaskedWord | undefined,
): Omit<Problem, 'span'> | undefined {
  const problems = words.flatMap(([label, own]) =>
    own.flatMap((word) => {
      const problem = wordProblem(known(word));
      return problem === undefined ? [] : [`\`${word}\` (${label}) ${problem}`];
    }),
  );
  if (problems.length === 0) return undefined;
  return {
    code: 'bad-verbalizer',
    message: `the model cannot be asked for every word: ${problems.join('; ')}`,
    hint: 'choose other words in the `verbalizer` of `prompt`, such as short common ones',
  };
}

function splitNote(label: string, word: string, pieces: readonly { readonly token: string }[]): string {
  const tokens = pieces.map(({ token }) => `\`${token}\``).join(', ');
  return `\`${word}\` (${label}) is ${pieces.length} tokens (${tokens}), and its score at the mask is the mean of theirs`;
}

/** The same scores relative to those of rows without content. */
export async function calibratedStart(start: Head, rows: Dataset, encode: EncodeRows): Promise<Head> {
  const { calibrated } = await import('../learning/heads/cloze.ts');
  const empty: Dataset = {
    ...rows,
    rows: contentFree.length,
    columns: new Map([...rows.columns.keys()].map((name) => [name, contentFree])),
    source: new Int32Array(contentFree.length).fill(-1),
  };
  return calibrated(start, await encode(empty, () => undefined));
}

function wordProblem(word: MaskedWord | undefined): string | undefined {
  switch (word?.state) {
    case undefined:
    case 'token':
      return undefined;
    case 'unknown':
      return 'has characters that its tokenizer does not know';
    case 'split':
      return word.pieces.length === 0 ? 'has no token' : undefined;
    default:
      return word satisfies never;
  }
}
