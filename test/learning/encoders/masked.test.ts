// Words at a mask against what transformers says for the same folder.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BackendName } from '../../../src/engine/engine.ts';
import { loadMaskedWords } from '../../../src/learning/encoders/masked-words.ts';
import { loadSentenceEncoder } from '../../../src/learning/encoders/sentence-encoder.ts';
import { softmaxRows } from '../../../src/learning/softmax.ts';
import { row } from '../../../src/learning/matrix.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { oddBert, onDisk } from './folders.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/masked');
const folder = onDisk(join(fixtures, 'tiny-bert'));
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly words: readonly string[];
  readonly logits: readonly (readonly number[])[];
  readonly fill_mask: readonly (readonly number[])[];
};
const signal = new AbortController().signal;

async function scores(backend: BackendName, texts = expected.texts): Promise<Float64Array> {
  const vectors = await withEngine(backend, async () => {
    const encoder = await loadSentenceEncoder(folder);
    return encoder.encodeMasks?.(texts, { signal });
  });
  const words = await loadMaskedWords(folder, expected.words);
  if (vectors === undefined || words === undefined) throw new Error('no masked language model');
  return Float64Array.from({ length: texts.length * expected.words.length }, (_, i) => {
    const [text, word] = [Math.floor(i / expected.words.length), i % expected.words.length];
    const [state, weight] = [row(vectors, text), row(words.weight, word)];
    return state.reduce((sum, value, k) => sum + value * (weight[k] ?? NaN), words.bias[word] ?? NaN);
  });
}

test.each(['onnx', 'reference'] as const)('the logits of transformers, on %s', async (backend) => {
  const found = await scores(backend);
  expected.logits
    .flat()
    .forEach((wanted, i) => expect(Math.abs((found[i] ?? NaN) - wanted)).toBeLessThan(1e-4));
});

test('the shares of its fill-mask pipeline among these words', async () => {
  const found = softmaxRows(await scores('onnx'), expected.words.length);
  expected.fill_mask.forEach((shares, text) => {
    const total = shares.reduce((sum, share) => sum + share, 0);
    shares.forEach((share, word) => expect(found[text * shares.length + word]).toBeCloseTo(share / total, 4));
  });
});

test('the vector of a mask depends on its text alone', async () => {
  const alone = await scores('onnx', expected.texts.slice(1, 2));
  const all = await scores('onnx');
  expect([...alone]).toEqual([...all.slice(5, 10)]);
});

describe('words', () => {
  test('that are several tokens are told with their pieces, unknown ones too', async () => {
    const { words } = (await loadMaskedWords(folder, ['great', 'greatly', 'all in', '漢', ''])) ?? {
      words: [],
    };
    expect(words).toMatchObject([
      { state: 'token', id: 14 },
      { state: 'split', pieces: [{ id: 14, token: 'great' }, { token: '##l' }, { token: '##y' }] },
      { state: 'split', pieces: [{ token: 'all' }, { token: 'in' }] },
      { state: 'unknown' },
      { state: 'split', pieces: [] },
    ]);
  });

  test('are none where the folder has no head for them', async () => {
    expect(await loadMaskedWords(onDisk(oddBert), ['the'])).toBeUndefined();
    const encoder = await withEngine('onnx', () => loadSentenceEncoder(onDisk(oddBert)));
    expect(encoder.encodeMasks).toBeUndefined();
  });
});
