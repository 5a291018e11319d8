// Likely words at masks against transformers' fill-mask pipeline, and how a text is put before the model.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { likeliest, loadMaskFiller } from '../../../src/learning/encoders/mask-filler.ts';
import { maskedText, wholeWords } from '../../../src/learning/encoders/masked-place.ts';
import { loadFolderTokenizer } from '../../../src/learning/encoders/read-folder.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { onDisk } from './folders.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

/** Written by make.py: of each text the likeliest tokens, with their probabilities. */
const expected = JSON.parse(readFileSync(join(fixtures, 'fill-mask/expected.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly models: Readonly<Record<string, { likeliest: (readonly [id: number, share: number])[][] }>>;
};
const signal = new AbortController().signal;
const tokenizerOf = (name: string, maxTokens?: number) =>
  loadFolderTokenizer(onDisk(join(fixtures, name)), { maxTokens });

describe.each(Object.entries(expected.models))('%s', (name, { likeliest: wanted }) => {
  it('finds likely what fill-mask finds likely, whatever else is asked', async () => {
    const { alone, together } = await withEngine('onnx', async () => {
      const filler = await loadMaskFiller(onDisk(join(fixtures, 'fill-mask', name)));
      if (filler === undefined) throw new Error('no head for masks');
      const texts = expected.texts.map((text) => text.replace('{mask}', filler.tokenizer.mask?.token ?? ''));
      const read = {
        together: await filler.likely(texts, 12, { signal }),
        alone: await filler.likely(texts.slice(2, 3), 12, { signal }),
      };
      filler.dispose();
      return read;
    });
    wanted.forEach((tokens, text) => {
      const found = together[text];
      expect([...(found?.ids ?? [])]).toEqual(tokens.map(([id]) => id));
      tokens.forEach(([, share], i) => expect(Math.exp(found?.logs[i] ?? NaN)).toBeCloseTo(share, 5));
    });
    expect(alone).toEqual(together.slice(2, 3));
  });
});

test('folders without a head for masks have no likely words', async () => {
  const folder = onDisk(join(fixtures, 'encoders/odd-bert'));
  expect(await withEngine('onnx', () => loadMaskFiller(folder))).toBeUndefined();
});

test('the greatest scores come first, and of equal ones the smaller id', () => {
  const { ids, logs } = likeliest(Float32Array.of(1, 3, 3, 0, 2), 4);
  expect([...ids]).toEqual([1, 2, 4, 0]);
  const all = Math.log(Math.E + 2 * Math.E ** 3 + 1 + Math.E ** 2);
  [...logs].forEach((log, i) => expect(log).toBeCloseTo([3, 3, 2, 1][i] - all, 6));
});

describe('the text before the model', () => {
  const place = (before: string, after: string) => ({ before, word: 'good', after, unspaced: false });

  test('has the mask in the place of the word, and no other mask', async () => {
    const tokenizer = await tokenizerOf('masked/tiny-bert');
    expect(maskedText(place('It was ', ', and [MASK].'), tokenizer)).toBe('It was [MASK], and [ MASK ].');
  });

  test('has what stands next to the word where a text is too long', async () => {
    const tokenizer = await tokenizerOf('masked/tiny-bert', 10);
    const text = maskedText(
      place('the film was a '.repeat(500), ' book of this plot'.repeat(500)),
      tokenizer,
    );
    expect(text).toMatch(/^(?:\S+ )*a \[MASK\] book/);
    expect(tokenizer.length(text)).toBeGreaterThan(4);
    expect(tokenizer.length(text)).toBeLessThanOrEqual(10);
    expect(tokenizer.encode(text)).toContain(tokenizer.mask?.id);
    // Without spaces there is no better place to cut than any other.
    expect(maskedText(place('e'.repeat(5000), 'e'.repeat(5000)), tokenizer)).toMatch(/^e+\[MASK\]e+$/);
  });
});

describe('whole words', () => {
  const wordsOf = async (name: string, ids: readonly number[], word: string, unspaced = false) => {
    const tokenizer = await tokenizerOf(name);
    const likely = { ids: Int32Array.from(ids), logs: Float64Array.from(ids, () => Math.log(0.5)) };
    return wholeWords(likely, { before: '', word, after: '', unspaced }, tokenizer).map((one) => one.word);
  };
  const idsOf = async (name: string, words: readonly string[]): Promise<number[]> => {
    const tokenizer = await tokenizerOf(name);
    return words.map((word) => tokenizer.pieces(word).at(-1)?.id ?? NaN);
  };

  test('are neither pieces of words nor the word itself', async () => {
    const ids = await idsOf('masked/tiny-bert', ['great', 'good', 'bad', 'xy']); // of `xy` the piece `##y`
    expect(await wordsOf('masked/tiny-bert', ids, 'Good')).toEqual(['great', 'bad']);
  });

  test('of tokenizers that mark spaces are those behind a space', async () => {
    const ids = await idsOf('fill-mask/xlm-roberta', ['great', 'film', 'goode']); // of the last a piece
    expect(await wordsOf('fill-mask/xlm-roberta', ids, 'bad')).toEqual(['great', 'film']);
  });

  test('are characters in a script without spaces', async () => {
    for (const name of ['fill-mask/xlm-roberta', 'fill-mask/distilbert']) {
      const ids = await idsOf(name, ['测', '试', 'able']);
      expect(await wordsOf(name, ids, '这', true)).toEqual(['测', '试']);
    }
  });
});
