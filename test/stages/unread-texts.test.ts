import { expect, test } from 'vitest';
import type { TextTokenizer } from '../../src/learning/encoders/tokenizer.ts';
import { noteUnreadTexts } from '../../src/stages/unread-texts.ts';
import { datasetOf } from './models/rig.ts';

/** A token a character, two around each text; it knows ASCII alone. */
const ascii = {
  maxTokens: 40,
  unknown: { id: 1, token: '[UNK]' },
  length: (text: string) => [...text].length + 2,
  encode: (text: string) => [0, ...[...text].map((c) => (c < '\u0080' ? 2 : 1)), 0],
} as unknown as TextTokenizer;

async function told(texts: readonly string[], tokenizer: TextTokenizer = ascii): Promise<readonly string[]> {
  const notes: string[] = [];
  const rows = datasetOf(texts.map((text) => [text, 'x']));
  await noteUnreadTexts({ tokenizer: async () => tokenizer }, rows, (note) => notes.push(note));
  return notes;
}

test('texts that the tokenizer cannot spell are told', async () => {
  expect(await told(['这个手机很好', 'good', '很好 ok', 'café'])).toEqual([
    '1 of the 4 texts is for the most part unknown to the tokenizer of the encoder (`[UNK]`): use a model that was made for such texts, or `"builtin:ngrams"`, which takes them as they are',
  ]);
  expect(await told(['这个', '很好', '好'])).toEqual([
    expect.stringContaining('3 of the 3 texts are for the most part unknown'),
  ]);
});

test('few of them among many are not, nor is anything where every text can be spelled', async () => {
  expect(await told(['很好', ...Array.from({ length: 10 }, (_, i) => `text ${i}`)])).toEqual([]);
  expect(await told(['很好'], { ...ascii, unknown: undefined })).toEqual([]);
});

test('of many texts a thousand from all over them say whether the others are read for that', async () => {
  let read = 0;
  const counting = { ...ascii, encode: (text: string) => (read++, ascii.encode(text)) };
  const texts = (unknown: string): string[] =>
    Array.from({ length: 4000 }, (_, i) => (i < 3000 ? 'good' : unknown));
  expect(await told(texts('schön'), counting)).toEqual([]);
  expect(read).toBe(250 + 1);
  expect(await told(texts('很好'), counting)).toEqual([
    expect.stringContaining('1000 of the 4000 texts are for the most part unknown'),
  ]);
});
