// Encoders against what sentence-transformers gave for the same folders, and what a vector may depend on.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackendName } from '../../../src/engine/engine.ts';
import type { ModelFolder } from '../../../src/learning/encoders/model-folder.ts';
import { loadSentenceEncoder } from '../../../src/learning/encoders/sentence-encoder.ts';
import { loadTokenizer } from '../../../src/learning/encoders/tokenizer.ts';
import type { Matrix } from '../../../src/learning/matrix.ts';
import { row } from '../../../src/learning/matrix.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { changed, oddBert, onDisk, readExpected, withPooling } from './folders.ts';

const signal = new AbortController().signal;
const folder = onDisk(oddBert);
const expected = await readExpected();

async function encode(
  texts: readonly string[],
  {
    backend = 'onnx',
    threads = 1,
    from = folder,
  }: { backend?: BackendName; threads?: number; from?: ModelFolder } = {},
): Promise<Matrix> {
  return withEngine(
    backend,
    async () => {
      const encoder = await loadSentenceEncoder(from);
      const vectors = await encoder.encode(texts, { signal });
      encoder.dispose();
      return vectors;
    },
    threads,
  );
}

function largestDifference(vectors: Matrix, wanted: readonly (readonly number[])[]): number {
  return Math.max(
    ...wanted.flatMap((values, i) => values.map((value, k) => Math.abs(value - (row(vectors, i)[k] ?? NaN)))),
  );
}

describe('a random BERT of odd sizes', () => {
  it('has the token ids of transformers, cut to the model’s length', async () => {
    const tokenizer = await loadTokenizer(folder, { positions: 64 });
    expect(expected.texts.map((text) => tokenizer.encode(text))).toEqual(expected.ids);
  });

  it.each([
    ['modules.json absent', folder, expected.mean],
    [
      'mean',
      withPooling(folder, { pooling_mode_mean_tokens: true, pooling_mode_cls_token: false }, false),
      expected.mean,
    ],
    ['mean, normalised', withPooling(folder, { pooling_mode: 'mean' }, true), expected.mean_normalized],
    ['cls', withPooling(folder, { pooling_mode_cls_token: true }, false), expected.cls],
    ['max', withPooling(folder, { pooling_mode: 'max' }, false), expected.max],
  ] as const)('has the vectors of sentence-transformers: %s', async (_, from, wanted) => {
    expect(largestDifference(await encode(expected.texts, { from }), wanted)).toBeLessThan(1e-4);
  });

  it('has the same vectors on the reference backend', async () => {
    const from = withPooling(folder, { pooling_mode: 'mean' }, true);
    const reference = await encode(expected.texts, { backend: 'reference', from });
    expect(largestDifference(reference, expected.mean_normalized)).toBeLessThan(1e-4);
  });

  it('reads fewer tokens when asked to', async () => {
    const short = await withEngine('onnx', async () => {
      const encoder = await loadSentenceEncoder(folder, { maxTokens: 4 });
      return encoder.encode(['a cat sat', 'a cat over the lazy dog'], { signal });
    });
    expect(row(short, 1)).toEqual(row(short, 0));
  });

  it('takes weights that are kept under `bert.`', async () => {
    const bytes = await folder.read('model.safetensors');
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    const renamed = new TextEncoder().encode(
      header.trimEnd().replaceAll(/"(embeddings|encoder)\./g, '"bert.$1.'),
    );
    const size = new Uint8Array(8);
    new DataView(size.buffer).setBigUint64(0, BigInt(renamed.length), true);
    const moved = Buffer.concat([size, renamed, bytes.subarray(8 + length)]);
    const vectors = await encode(expected.texts, {
      from: changed(folder, { 'model.safetensors': new Uint8Array(moved) }),
    });
    expect(largestDifference(vectors, expected.mean)).toBeLessThan(1e-4);
  });

  it('stops between runs with the reason of the signal', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    await withEngine('onnx', async () => {
      const encoder = await loadSentenceEncoder(folder);
      const running = encoder.encode(expected.texts, {
        signal: stop.signal,
        progress: (done) => {
          if (done > 0) stop.abort(reason);
        },
      });
      await expect(running).rejects.toBe(reason);
    });
  });
});

/** Texts of 3 to 48 tokens, enough of the short ones to fill several runs. */
const words = 'the cat sat quick brown fox over lazy dog one two three four five six seven word test'.split(
  ' ',
);
const many = Array.from({ length: 230 }, (_, i) =>
  Array.from(
    { length: 1 + ((i * 7) % (i % 10 === 0 ? 46 : 14)) },
    (__, k) => words[(i * 5 + k * k + k) % words.length],
  ).join(' '),
);

describe('a vector depends on its text alone, bit for bit', () => {
  it('whatever the order, the neighbours, the duplicates and the padding', async () => {
    const [all, backwards, repeated, alone] = await withEngine('onnx', async () => {
      const encoder = await loadSentenceEncoder(folder);
      const run = (texts: readonly string[]): Promise<Matrix> => encoder.encode(texts, { signal });
      const single: Float32Array[] = [];
      for (const text of many.slice(0, 40)) single.push((await run([text])).data);
      return [await run(many), await run(many.toReversed()), await run([...many, ...many]), single] as const;
    });
    many.forEach((_, i) => {
      expect(row(backwards, many.length - 1 - i)).toEqual(row(all, i));
      expect(row(repeated, i)).toEqual(row(all, i));
      expect(row(repeated, many.length + i)).toEqual(row(all, i));
    });
    alone.forEach((vector, i) => expect(vector).toEqual(row(all, i)));
  });

  it('and is nearly the same in the larger runs of a GPU, which are fewer', async () => {
    const texts = ['so', 'and', 'but', 'yet', 'or'].flatMap((first) =>
      many.map((text) => `${first} ${text}`),
    );
    const [small, large] = await withEngine('onnx', async (engine) => {
      const encodeAs = async (device: 'cpu' | 'gpu'): Promise<[data: Float32Array, runs: number]> => {
        const encoder = await loadSentenceEncoder(folder, { device });
        const before = engine.trace().runs;
        const { data } = await encoder.encode(texts, { signal });
        return [data, engine.trace().runs - before];
      };
      return [await encodeAs('cpu'), await encodeAs('gpu')];
    });
    const differences = small[0].map((value, i) => Math.abs(value - (large[0][i] ?? NaN)));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
    expect(large[1]).toBeLessThan(small[1]);
  });

  it.each([2, 3, 4])('with one thread and with %i', async (threads) => {
    expect((await encode(many, { threads })).data).toEqual((await encode(many, { threads: 1 })).data);
  });
});

describe('the trace of an encoding', () => {
  it('shows fused ONNX nodes, and one graph for each length bucket', async () => {
    const trace = await withEngine('onnx', async (engine) => {
      const encoder = await loadSentenceEncoder(folder);
      await encoder.encode(many, { signal });
      await encoder.encode(many, { signal });
      return engine.trace();
    });
    expect(trace.compiled).toBe(3); // 16, 32 and 48 places
    expect(trace.runs).toBeGreaterThan(trace.compiled);
    expect(trace.cacheHits).toBe(trace.runs - trace.compiled);
    expect(trace.nodes['LayerNormalization']).toBe(5 * trace.runs);
    expect(trace.nodes['Gelu']).toBe(2 * trace.runs);
    expect(trace.nodes['Erf']).toBeUndefined();
    expect(trace.nodes['ReduceMean']).toBeUndefined();
  });
});

const miniLm = join(import.meta.dirname, '../../../../shared/models/all-MiniLM-L6-v2');
const present = existsSync(miniLm);

describe.skipIf(!present)(
  `all-MiniLM-L6-v2${present ? '' : ' (skipped: its folder is not beside the repository)'}`,
  () => {
    interface Example {
      readonly text: string | null;
      readonly repeat: readonly [word: string, times: number] | null;
      readonly input_ids: readonly number[];
      readonly mean_pooled: readonly number[];
    }
    const examples = present
      ? (
          JSON.parse(readFileSync(join(miniLm, 'reference_embeddings.json'), 'utf8')) as {
            examples: Example[];
          }
        ).examples
      : [];
    const texts = examples.map(({ text, repeat }) => text ?? repeat?.[0].repeat(repeat[1]) ?? '');

    it('has the reference token ids', async () => {
      const tokenizer = await loadTokenizer(onDisk(miniLm), { positions: 512 });
      expect(texts.map((text) => tokenizer.encode(text))).toEqual(examples.map(({ input_ids }) => input_ids));
    });

    it('has the reference vectors', async () => {
      const vectors = await encode(texts, { threads: 2, from: onDisk(miniLm) });
      const wanted = examples.map(({ mean_pooled }) => mean_pooled); // normalised, as the folder says
      expect(largestDifference(vectors, wanted)).toBeLessThan(1e-4);
    });

    it('gives a text the same bits alone, among others, and with one thread', async () => {
      const all = await encode(texts, { threads: 2, from: onDisk(miniLm) });
      const some = await encode(texts.slice(3, 8).reverse(), { threads: 1, from: onDisk(miniLm) });
      for (let i = 3; i < 8; i++) expect(row(some, 7 - i)).toEqual(row(all, i));
    });
  },
);
