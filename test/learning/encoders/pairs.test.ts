// Pairs of texts through every family against what transformers makes of them with the same small models: token ids and types with the longer text cut
// first, means of the last states, and through training the gradient of the table of types.
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSentenceEncoder } from '../../../src/learning/encoders/sentence-encoder.ts';
import { typesOf } from '../../../src/learning/encoders/token-types.ts';
import { loadTrainable } from '../../../src/learning/encoders/trainable.ts';
import { textPair } from '../../../src/learning/text-pair.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { changed, onDisk, oddBert } from './folders.ts';

interface Expected {
  readonly longest: number;
  readonly pairs: readonly (readonly [string, string])[];
  readonly families: Readonly<
    Record<
      string,
      {
        readonly tokenizer: object;
        readonly ids: readonly (readonly number[])[];
        readonly types?: readonly (readonly number[])[];
        readonly vectors: readonly (readonly number[])[];
        readonly gradient?: readonly number[];
      }
    >
  >;
}

const fixtures = join(import.meta.dirname, '../../fixtures/families');
const { longest, pairs, families } = JSON.parse(
  readFileSync(join(fixtures, 'pairs.json'), 'utf8'),
) as Expected;
const texts = pairs.map(([first, second]) => textPair(first, second));
const signal = new AbortController().signal;

test('of every family there is one', () => {
  expect(Object.keys(families).length).toBe(9);
});

describe.each(Object.entries(families))('%s', (type, expected) => {
  const folder = changed(onDisk(join(fixtures, type)), {
    'tokenizer.json': expected.tokenizer,
    'tokenizer_config.json': {},
  });

  test('token ids, types, vectors', async () => {
    await withEngine('onnx', async () => {
      const trainable = await loadTrainable(folder, { maxTokens: longest });
      const read = texts.map((text) => trainable.tokenizer.tokens(text));
      expect(read.map(({ ids }) => ids)).toEqual(expected.ids);
      // Others have no table of types, whatever their tokenizer says.
      if (expected.types !== undefined) expect(typesOf(read)).toEqual(expected.types);
      trainable.dispose();

      const encoder = await loadSentenceEncoder(folder, { maxTokens: longest });
      const { data, columns } = await encoder.encode(texts, { signal });
      expected.vectors.forEach((vector, i) =>
        vector.forEach((value, k) => expect(data[i * columns + k]).toBeCloseTo(value, 4)),
      );
      // Bit for bit the same beside a text that is no pair.
      const beside = await encoder.encode(['ab', ...texts], { signal });
      expect(beside.data.subarray(columns)).toEqual(data);
      encoder.dispose();
    });
  });

  test.runIf(expected.gradient)('the gradient of types', async () => {
    await withEngine('onnx', async () => {
      const encoder = await loadTrainable(folder, { maxTokens: longest });
      const read = texts.map((text) => encoder.tokenizer.tokens(text));
      const ids = read.map((tokens) => tokens.ids);
      const bucket = { texts: 8, places: 16, tokens: ids.flat().length + 5 };
      const host = encoder.pack(ids, bucket, typesOf(read));
      const batch = Object.fromEntries(
        Object.entries(host).map(([name, { data, shape, type: kind }]) => [
          name,
          tf.tensor(data, [...shape], kind),
        ]),
      );
      const name = 'embeddings.token_type_embeddings.weight';
      const table = encoder.weights[name];
      if (table === undefined) throw new Error(`no \`${name}\``);
      const gradient = tf.tidy(() => {
        const rounds = tf.reshape(tf.sin(tf.mul(tf.range(0, texts.length * encoder.width), 0.7)), [
          texts.length,
          encoder.width,
        ]);
        const loss = (types: tf.Tensor): tf.Scalar => {
          const vectors = encoder.vectors({ ...encoder.weights, [name]: types }, batch, {});
          return tf.sum(tf.mul(tf.slice(vectors, [0, 0], [texts.length, -1]), rounds));
        };
        return tf.grad(loss)(table);
      });
      const values = await gradient.data();
      expected.gradient?.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 3));
      expect(values.length).toBe(expected.gradient?.length);
      tf.dispose([gradient, ...Object.values(batch)]);
      encoder.dispose();
    });
  });
});

test('a tokenizer that knows no pairs is told as such', async () => {
  await withEngine('onnx', async () => {
    const encoder = await loadSentenceEncoder(onDisk(oddBert));
    await expect(encoder.encode([textPair('a', 'b')], { signal })).rejects.toThrow(
      'puts nothing between the texts of a pair',
    );
    encoder.dispose();
  });
});
