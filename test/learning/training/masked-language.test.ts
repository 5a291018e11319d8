// A masked language model trained as PyTorch and transformers train it: the loss at every step, and weights afterwards.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMaskedLanguage } from '../../../src/learning/encoders/masked-language.ts';
import type { ChangedFiles } from '../../../src/learning/encoders/changed-folder.ts';
import { loadTrainable } from '../../../src/learning/encoders/trainable.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { openSafetensors } from '../../../src/learning/safetensors.ts';
import { maskVector, maskedObjective, tuneMasked } from '../../../src/learning/training/masked-language.ts';
import {
  coverTexts,
  logShares,
  specialTokens,
  tokenCounts,
  type CoverText,
} from '../../../src/learning/training/masked-texts.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { onDisk } from '../encoders/folders.ts';

interface Outcome {
  readonly losses: readonly number[];
  /** The row of the mask in the table of words. */
  readonly mask: readonly number[];
  readonly dense: readonly number[];
  readonly biases: readonly number[];
  /** The first row of a matrix of the encoder. */
  readonly query: readonly number[];
}

const fixtures = join(import.meta.dirname, '../../fixtures');
const folder = onDisk(join(fixtures, 'masked/tiny-bert'));
/** Written by make.py. */
const expected = JSON.parse(readFileSync(join(fixtures, 'pretraining/expected.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly all: Outcome;
  readonly head: Outcome;
};

/** As make.py covers texts. */
const everyThird =
  (mask: number): CoverText =>
  (ids) => {
    const asked = ids.flatMap((id, place) =>
      place > 0 && place < ids.length - 1 && place % 3 === 1 ? [{ place, id }] : [],
    );
    return { ids: ids.map((id, place) => (asked.some((one) => one.place === place) ? mask : id)), asked };
  };

async function trained(layers: 'all' | 0): Promise<{ losses: number[]; files: ChangedFiles; mask: number }> {
  return withEngine('onnx', async (engine) => {
    const encoder = await loadTrainable(folder);
    const mask = encoder.tokenizer.mask?.id ?? NaN;
    const texts = expected.texts.map((text) => encoder.tokenizer.encode(text));
    const language = await loadMaskedLanguage(folder, new Float64Array());
    const words = layers === 'all';
    const training = { texts, mask, cover: everyThird(mask), size: texts.length, seed: 1, words };
    const objective = await maskedObjective(encoder, language, training);
    const losses: number[] = [];
    const tuned = await tuneMasked(engine, encoder, language, training, objective, {
      trained: { layers, how: 'weights' },
      schedule: { curve: 'linear', warmupSteps: 3, steps: 12 },
      rate: 2e-3,
      headRate: 1e-2,
      weightDecay: 0.1,
      dropout: 0,
      clip: 1,
      seed: 1,
      signal: new AbortController().signal,
      onStep: ({ loss }) => losses.push(loss),
      place: { every: 1e9, load: async () => undefined, save: async () => undefined },
      about: '',
    });
    const vector = tuned.head.get(maskVector);
    const head = new Map([...tuned.head].filter(([name]) => name !== maskVector));
    const changed = new Map(tuned.encoder);
    const table = changed.get('embeddings.word_embeddings.weight');
    const files = await encoder.changedFiles(changed, language.beside(head, table));
    if (vector !== undefined) expect(largest(vector, expected.head.mask)).toBeLessThan(2e-3);
    return { losses, files, mask };
  });
}

const largest = (a: ArrayLike<number>, b: readonly number[]): number =>
  b.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (a[i] ?? NaN))),
    a.length === b.length ? 0 : NaN,
  );

describe.each([
  ['as a whole', 'all', 'all'],
  ['with its encoder frozen but for the vector of the mask', 'head', 0],
] as const)('%s', (_, name, layers) => {
  it('has the losses and the weights of PyTorch', async () => {
    const wanted = expected[name];
    const { losses, files, mask } = await trained(layers);
    expect(largest(losses, wanted.losses)).toBeLessThan(1e-3);
    const bytes = files['model.safetensors'] ?? new Uint8Array();
    const file = openSafetensors(bytes, 'trained');
    const numbers = (tensor: string): Float32Array => file.tensor(tensor).data;
    expect(largest(numbers('cls.predictions.transform.dense.weight'), wanted.dense)).toBeLessThan(2e-3);
    expect(largest(numbers('cls.predictions.bias'), wanted.biases)).toBeLessThan(2e-3);
    const query = numbers('bert.encoder.layer.1.attention.self.query.weight').slice(0, wanted.query.length);
    expect(largest(query, wanted.query)).toBeLessThan(layers === 'all' ? 2e-3 : 1e-6);
    if (layers !== 'all') return;
    const width = wanted.mask.length;
    const row = numbers('bert.embeddings.word_embeddings.weight').slice(mask * width, (mask + 1) * width);
    expect(largest(row, wanted.mask)).toBeLessThan(2e-3);
  });
});

describe('covering', () => {
  const tokenizer = {
    encode: () => [2, 3],
    mask: { id: 4, token: '[MASK]' },
    unknown: { id: 1, token: '[UNK]' },
  };
  const special = specialTokens(tokenizer);

  it('takes its share of the words, at least one, and never a special token', () => {
    const cover = coverTexts(4, special, 0.25);
    const random = createRandom(1);
    const text = [2, 10, 11, 1, 12, 13, 14, 15, 16, 17, 3];
    for (let i = 0; i < 50; i++) {
      const { ids, asked } = cover(text, random);
      expect(asked).toHaveLength(2);
      for (const { place, id } of asked) {
        expect(id).toBe(text[place]);
        expect(id).toBeGreaterThan(4);
        expect(ids[place]).toBe(4);
      }
      expect(ids.filter((id, place) => id !== text[place])).toEqual([4, 4]);
    }
    expect(cover([2, 10, 3], random).asked).toHaveLength(1);
    expect(cover([2, 1, 3], random)).toEqual({ ids: [2, 1, 3], asked: [] });
  });

  it('counts what could be covered', () => {
    const counts = tokenCounts([[2, 10, 10, 3], [2, 11, 1, 3]], 12, special); // prettier-ignore
    expect([...counts]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1]);
    const shares = logShares(counts).map(Math.exp);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect((shares[10] ?? NaN) / (shares[0] ?? NaN)).toBeCloseTo(5, 9);
  });
});
