// Tokenizers of every kind against transformers: texts, limits and pairs; from tokenizer.json, and from the files of older models.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { ModelFolder } from '../../../src/learning/encoders/model-folder.ts';
import { loadTokenizer, type TextTokenizer } from '../../../src/learning/encoders/tokenizer.ts';
import { textPair } from '../../../src/learning/text-pair.ts';
import { changed, onDisk } from './folders.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/tokenizers');

interface Pair {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

/** Written by make.py. */
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
  readonly tokenizers: Readonly<
    Record<
      string,
      {
        readonly ids: readonly (readonly number[])[];
        readonly cut: readonly (readonly number[])[];
        readonly pairs: readonly Pair[];
        readonly cut_pairs: Readonly<Record<string, readonly Pair[]>>;
      }
    >
  >;
};
const positions = 512;

function pairTokens(tokenizer: TextTokenizer, [first, second]: readonly [string, string]): Pair {
  const { ids, types } = tokenizer.tokens(textPair(first, second));
  return { ids, types: types ?? ids.map(() => 0) }; // where all are 0 there are none
}

describe.each([
  ['roberta', 'roberta', 'tokenizer.json of a byte-level BPE'],
  ['roberta-files', 'roberta', 'vocab.json and merges.txt'],
  ['xlm-roberta', 'xlm-roberta', 'tokenizer.json of a Unigram with normalisation rules of its own'],
  ['bert-files', 'bert', 'vocab.txt'],
  ['cased-files', 'bert', 'vocab.txt, cased'],
  ['mpnet-files', 'mpnet', 'vocab.txt of MPNet'],
])('%s: %s, from %s', (name, type) => {
  const wanted = expected.tokenizers[name] ?? expected.tokenizers[type];
  const folder = onDisk(join(fixtures, name));

  it('has the ids of transformers', async () => {
    const tokenizer = await loadTokenizer(folder, { positions, type });
    expect(expected.texts.map((text) => tokenizer.encode(text))).toEqual(wanted?.ids);
    const short = await loadTokenizer(folder, { positions, maxTokens: 9, type });
    expect(expected.texts.map((text) => short.encode(text))).toEqual(wanted?.cut);
  });

  it('has its pairs, cut as it cuts them', async () => {
    const tokenizer = await loadTokenizer(folder, { positions, type });
    expect(expected.pairs.map((pair) => pairTokens(tokenizer, pair))).toEqual(wanted?.pairs);
    for (const [limit, pairs] of Object.entries(wanted?.cut_pairs ?? {})) {
      const short = await loadTokenizer(folder, { positions, maxTokens: Number(limit), type });
      expect(
        expected.pairs.map((pair) => pairTokens(short, pair)),
        `at most ${limit}`,
      ).toEqual(pairs);
    }
  });

  it('has a mask', async () => {
    const tokenizer = await loadTokenizer(folder, { positions, type });
    const { mask } = tokenizer;
    expect(mask?.token).toBe(type === 'bert' ? '[MASK]' : '<mask>');
    expect(tokenizer.encode(`it was ${mask?.token ?? ''}.`).filter((id) => id === mask?.id)).toHaveLength(1);
  });
});

test('a word is looked up as it stands in a sentence, with the space before it', async () => {
  const bpe = await loadTokenizer(onDisk(join(fixtures, 'roberta')), { positions });
  expect(bpe.pieces('great')).toEqual([{ id: expect.any(Number) as number, token: 'Ġgreat' }]);
  const unigram = await loadTokenizer(onDisk(join(fixtures, 'xlm-roberta')), { positions });
  expect(unigram.pieces('great')).toEqual([{ id: expect.any(Number) as number, token: '▁great' }]);
});

test('a folder with no tokenizer that can be built says how to save one', async () => {
  const folder = onDisk(join(fixtures, 'roberta-files'));
  for (const files of [{ 'merges.txt': undefined }, { 'vocab.json': undefined }])
    await expect(loadTokenizer(changed(folder, files), { positions })).rejects.toMatchObject({
      code: 'missing-model-file',
      file: 'tokenizer.json',
      hint: expect.stringContaining('save_pretrained') as string,
    });
  await expect(
    loadTokenizer(
      changed(onDisk(join(fixtures, 'bert-files')), { 'vocab.txt': new TextEncoder().encode('a\nb\n') }),
      {
        positions,
      },
    ),
  ).rejects.toMatchObject({ code: 'bad-model', file: 'vocab.txt', problem: 'has no token `[CLS]`' });
});

const shared = process.env['FSL_SHARED'] ?? join(import.meta.dirname, '../../../../shared');
const models = join(shared, 'models');
const vectors = join(models, 'tokenizer_vectors_transformersjs/tokenizer_vectors.json');

interface Vector {
  readonly text: string;
  readonly text_pair?: string;
  readonly ids: readonly number[];
}

/** The vectors of models whose vocabulary is at hand. */
const known: readonly (readonly [model: string, from: () => ModelFolder])[] = [
  ['Xenova/bert-base-uncased', () => onDisk(join(models, 'tokenizer_bert_uncased'))],
  [
    'Xenova/distilbert-base-uncased-finetuned-sst-2-english',
    () => onDisk(join(models, 'tokenizer_bert_uncased')),
  ],
  [
    'Xenova/bert-base-uncased',
    () => changed(onDisk(join(models, 'tokenizer_bert_uncased')), { 'tokenizer.json': undefined }),
  ],
];

/** As RoBERTa's files, whose format is GPT-2's; GPT-2 has one special token for everything and puts none around a text. */
const gpt2 = (): ModelFolder => {
  const folder = onDisk(join(models, 'tokenizer_gpt2_bpe'));
  const own = '<|endoftext|>';
  const tokens = { cls_token: own, sep_token: own, pad_token: own, unk_token: own, mask_token: own };
  const stored: Readonly<Record<string, string>> = {
    'vocab.json': 'encoder.json',
    'merges.txt': 'vocab.bpe',
  };
  return changed(
    {
      has: async (name) => name in stored,
      read: (name) => folder.read(stored[name] ?? name),
    },
    { 'tokenizer_config.json': tokens },
  );
};

describe.skipIf(!existsSync(vectors))(
  `the vectors of transformers.js${existsSync(vectors) ? '' : ' (skipped: they are not in ../shared/models)'}`,
  () => {
    it.each(known)('%s', async (model, from) => {
      const all = JSON.parse(readFileSync(vectors, 'utf8')) as Record<string, readonly Vector[]>;
      const tokenizer = await loadTokenizer(from(), { positions: 1e6 });
      const whole = { ...tokenizer, maxTokens: 1e6 };
      const cases = all[model] ?? [];
      expect(cases.length).toBeGreaterThan(10);
      for (const { text, text_pair: second, ids } of cases) {
        const found = whole.encode(typeof second === 'string' ? textPair(text, second) : text);
        expect(found, JSON.stringify(text)).toEqual(ids);
      }
    });

    it('openai-community/gpt2, from vocab.json and merges.txt', async () => {
      const all = JSON.parse(readFileSync(vectors, 'utf8')) as Record<string, readonly Vector[]>;
      const tokenizer = await loadTokenizer(gpt2(), { positions: 1e6, type: 'roberta' });
      // Texts are trimmed, as sentence-transformers does.
      const cases = (all['openai-community/gpt2'] ?? []).filter(({ text }) => text === text.trim());
      expect(cases.length).toBeGreaterThan(10);
      for (const { text, ids } of cases)
        expect(tokenizer.encode(text).slice(1, -1), JSON.stringify(text)).toEqual(ids);
    });
  },
);
