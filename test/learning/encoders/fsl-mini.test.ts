// `builtin:fsl-mini` at masks: the scores that transformers has with the folder that `export` writes of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadMaskedWords } from '../../../src/learning/encoders/masked-words.ts';
import { loadSentenceEncoder } from '../../../src/learning/encoders/sentence-encoder.ts';
import { row } from '../../../src/learning/matrix.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { onDisk } from './folders.ts';

const root = join(import.meta.dirname, '../../..');

/** Written by make.py. */
const expected = JSON.parse(readFileSync(join(root, 'test/fixtures/fsl-mini/expected.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly words: readonly string[];
  /** Of each text those of the words. */
  readonly scores: readonly (readonly number[])[];
};

test('words are scored as by transformers', async () => {
  const folder = onDisk(join(root, 'models/fsl-mini'));
  const words = await loadMaskedWords(folder, expected.words);
  const { signal } = new AbortController();
  const vectors = await withEngine('onnx', async () =>
    (await loadSentenceEncoder(folder)).encodeMasks?.(expected.texts, { signal }),
  );
  if (words === undefined || vectors === undefined) throw new Error('no masked language model');
  expect(words.words.every(({ state }) => state === 'token')).toBe(true);
  const found = expected.texts.map((_, text) =>
    expected.words.map((__, word) =>
      row(words.weight, word).reduce(
        (sum, weight, k) => sum + weight * (row(vectors, text)[k] ?? NaN),
        words.bias[word] ?? NaN,
      ),
    ),
  );
  expected.scores.forEach((scores, text) =>
    scores.forEach((score, word) => expect(found[text]?.[word]).toBeCloseTo(score, 2)),
  );
});
