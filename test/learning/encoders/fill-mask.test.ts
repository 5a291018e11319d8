// Words at masks against transformers' fill-mask pipeline, for families with heads and tokenizers of other kinds than BERT's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMaskedWords } from '../../../src/learning/encoders/masked-words.ts';
import type { ModelFolder } from '../../../src/learning/encoders/model-folder.ts';
import { loadFolderTokenizer } from '../../../src/learning/encoders/read-folder.ts';
import { loadSentenceEncoder } from '../../../src/learning/encoders/sentence-encoder.ts';
import { row } from '../../../src/learning/matrix.ts';
import { modelFacts } from '../../../src/runtime/model-facts.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { onDisk } from './folders.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/fill-mask');

/** Written by make.py. */
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly models: Readonly<
    Record<
      string,
      {
        readonly words: readonly string[];
        readonly shares: readonly (readonly number[])[];
        /** Words of several tokens. */
        readonly split: readonly string[];
        /** Of their tokens, by text. */
        readonly mean_log_shares: readonly (readonly number[])[];
      }
    >
  >;
};
const signal = new AbortController().signal;

/** Of the words at the mask of each text. */
async function scoresOf(
  folder: ModelFolder,
  words: readonly string[],
): Promise<readonly (readonly number[])[]> {
  const { mask } = await loadFolderTokenizer(folder, {});
  const texts = expected.texts.map((text) => text.replace('{mask}', mask?.token ?? ''));
  const vectors = await withEngine('onnx', async () =>
    (await loadSentenceEncoder(folder)).encodeMasks?.(texts, { signal }),
  );
  const found = await loadMaskedWords(folder, words);
  if (vectors === undefined || found === undefined) throw new Error('no masked language model');
  return texts.map((_, text) =>
    words.map((__, word) => {
      const weight = row(found.weight, word);
      return row(vectors, text).reduce(
        (sum, value, k) => sum + value * (weight[k] ?? NaN),
        found.bias[word] ?? NaN,
      );
    }),
  );
}

describe.each(Object.entries(expected.models))(
  '%s',
  (name, { words, shares, split, mean_log_shares: means }) => {
    const path = join(fixtures, name);
    const folder = onDisk(path);

    it('has the shares of fill-mask among these words', async () => {
      const scores = await scoresOf(folder, words);
      shares.forEach((wanted, text) => {
        const logits = scores[text] ?? [];
        // Among these words the shares are those of the whole vocabulary, but for a common factor.
        const exponentials = logits.map(Math.exp);
        const total = exponentials.reduce((sum, value) => sum + value, 0);
        const all = wanted.reduce((sum, value) => sum + value, 0);
        wanted.forEach((share, word) =>
          expect((exponentials[word] ?? NaN) / total).toBeCloseTo(share / all, 4),
        );
      });
    });

    it('has the mean score of its tokens for a word of several', async () => {
      const scores = await scoresOf(folder, [...split, words[0] ?? '']);
      expect(split.length).toBeGreaterThan(0);
      means.forEach((wanted, text) => {
        // The logarithm of a share is the score less what all words have in common.
        const common = (scores[text]?.at(-1) ?? NaN) - Math.log(shares[text]?.[0] ?? NaN);
        wanted.forEach((mean, word) => expect((scores[text]?.[word] ?? NaN) - common).toBeCloseTo(mean, 3));
      });
    });

    it('is known as a masked language model before anything runs', () => {
      const fact = modelFacts(path, (shown) => shown);
      expect(fact).toMatchObject({ state: 'known', value: { capability: 'encoder', masked: true } });
      const word = fact.state === 'known' ? fact.value.word : undefined;
      for (const known of words) expect(word?.(known)?.state).toBe('token');
      expect(word?.('unbelievable')?.state).toBe('split');
    });
  },
);
