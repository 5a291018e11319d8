// Every family against what transformers computes with the same small models: states, logits at every token and gradients by every
// weight, for texts of mixed lengths up to the longest, packed into one run that is not full.
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { BackendName } from '../../../src/engine/engine.ts';
import { readBertConfig } from '../../../src/learning/encoders/bert-config.ts';
import { bertWeights, storedWords } from '../../../src/learning/encoders/bert-weights.ts';
import { bert, firstLayers, maskVectors } from '../../../src/learning/encoders/bert.ts';
import { distanceBuckets } from '../../../src/learning/encoders/distance-buckets.ts';
import { modelTypes } from '../../../src/learning/encoders/family.ts';
import { toTensors } from '../../../src/learning/encoders/packed-texts.ts';
import { fillPack } from '../../../src/learning/encoders/packs.ts';
import { readFolderConfig, readWeights } from '../../../src/learning/encoders/read-folder.ts';
import { loadBertWeights } from '../../../src/learning/encoders/weights.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { changed, onDisk } from './folders.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/families');
const folderOf = (type: string) => onDisk(join(fixtures, type));

/** Written by make.py. */
interface Expected {
  readonly texts: readonly (readonly number[])[];
  readonly states: readonly number[];
  readonly paired?: readonly number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  /** Of the first tokens. */
  readonly logits?: readonly number[];
  /** Of MPNet: the row of each distance, from the most negative to the greatest. */
  readonly distances?: readonly number[];
}

const json = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(fixtures, path), 'utf8')) as Record<string, unknown>;
const expectedOf = (type: string): Expected =>
  JSON.parse(readFileSync(join(fixtures, `${type}.json`), 'utf8')) as Expected;

interface Outcome {
  readonly states: Float32Array;
  /** The same, from what the first 0, 1 … layers make of the texts. */
  readonly halves: readonly Float32Array[];
  readonly paired: Float32Array;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Float32Array>>;
  readonly logits: Float32Array | undefined;
}

async function compute(type: string, { texts }: Expected, backend: BackendName): Promise<Outcome> {
  const folder = folderOf(type);
  const config = await readFolderConfig(folder);
  const { file, name } = await readWeights(folder);
  return withEngine(backend, async () => {
    const all = loadBertWeights(file, config, name);
    const heads = config.num_attention_heads;
    const count = texts.flat().length;
    const longest = Math.max(...texts.map((text) => text.length));
    const bucket = { places: longest + 3, texts: texts.length + 2, tokens: count + 6 };
    const read = (weights: typeof all, types?: readonly (readonly number[])[]): tf.Tensor2D => {
      const packed = toTensors(fillPack(texts, bucket, heads, types), bucket, heads);
      return tf.slice(bert(weights, config, packed), [0, 0], [count, -1]);
    };
    const states = tf.tidy(() => read(all));
    const halves = Array.from({ length: config.num_hidden_layers + 1 }, (_, still) =>
      tf.tidy(() => {
        const packed = toTensors(fillPack(texts, bucket, heads), bucket, heads);
        const begun = firstLayers(all, config, packed, still);
        return tf.slice(bert(all, config, packed, { still, states: begun }), [0, 0], [count, -1]);
      }),
    );
    const paired = tf.tidy(() =>
      read(
        all,
        texts.map((text) => text.map((_, place) => Number(place >= 2))),
      ),
    );
    const encoder = bertWeights(config).map((weight) => ({
      ...weight,
      tensor: all[weight.name] ?? tf.scalar(NaN),
    }));
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const weights = {
        ...all,
        ...Object.fromEntries(encoder.map(({ name }, i) => [name, tensors[i] ?? tf.scalar(NaN)])),
      };
      const found = read(weights);
      const rounds = tf.reshape(tf.sin(tf.mul(tf.range(0, found.size), 0.7)), found.shape);
      return tf.sum<tf.Scalar>(tf.mul(found, rounds));
    })(encoder.map(({ tensor }) => tensor));
    const gradients: Record<string, Float32Array> = {};
    for (const [i, { name, kind }] of encoder.entries()) {
      const gradient = grads[i] ?? tf.scalar(NaN);
      // As the file has it.
      gradients[name] = await (kind === 'dense' ? tf.transpose(gradient) : gradient).data<'float32'>();
    }
    const [loss = NaN] = await value.data();
    const shapes = new Map(file.names.map((stored) => [stored, { shape: file.shape(stored) }] as const));
    const words = storedWords(shapes, config, name);
    let logits: Float32Array | undefined;
    if (words !== undefined) {
      const table = tf.tensor2d(file.tensor(words.weight).data, [config.vocab_size, config.embedding_size]);
      const vectors = maskVectors(all, config, tf.slice(states, [0, 0], [14, -1]));
      const scores = tf.add(
        tf.matMul(vectors, table, false, true),
        tf.tensor1d(file.tensor(words.bias).data),
      );
      logits = await scores.data<'float32'>();
    }
    return {
      states: await states.data<'float32'>(),
      halves: await Promise.all(halves.map((half) => half.data<'float32'>())),
      paired: await paired.data<'float32'>(),
      loss,
      gradients,
      logits,
    };
  });
}

function largest(actual: ArrayLike<number> | undefined, wanted: readonly number[] | undefined): number {
  expect(actual).toHaveLength(wanted?.length ?? NaN);
  return Math.max(...(wanted ?? []).map((value, i) => Math.abs(value - (actual?.[i] ?? NaN))));
}

describe.each(modelTypes)('%s', (type) => {
  const wanted = expectedOf(type);

  it('has the states, logits and gradients of transformers', async () => {
    const found = await compute(type, wanted, 'onnx');
    expect(largest(found.states, wanted.states)).toBeLessThan(1e-4);
    for (const half of found.halves) expect(largest(half, wanted.states)).toBeLessThan(1e-4);
    if (wanted.logits === undefined) expect(found.logits).toBeUndefined();
    else expect(largest(found.logits, wanted.logits)).toBeLessThan(1e-4);
    // Families whose tokens have no types, or one, see no difference.
    expect(largest(found.paired, wanted.paired ?? wanted.states)).toBeLessThan(1e-4);
    expect(Object.keys(found.gradients).sort()).toEqual(Object.keys(wanted.gradients).sort());
    for (const [name, gradient] of Object.entries(found.gradients)) {
      // A gradient that is a sum over many tokens is large; what counts is how exact it is.
      const size = Math.max(1, ...(wanted.gradients[name] ?? []).map(Math.abs));
      expect(largest(gradient, wanted.gradients[name]) / size, name).toBeLessThan(1e-4);
    }
  });
});

it.each(['bert', 'mpnet'])('%s has the same states on the reference backend', async (type) => {
  const wanted = expectedOf(type);
  const found = await compute(type, wanted, 'reference');
  expect(largest(found.states, wanted.states)).toBeLessThan(1e-4);
});

it('the rows of distances are those of transformers, on the edges of rows too', () => {
  const wanted = expectedOf('mpnet').distances ?? [];
  const places = (wanted.length + 1) / 2;
  const found = distanceBuckets(places);
  const last = places - 1;
  // From the last place to every other, and from the first: all distances.
  const row = (from: number, to: number): number | undefined => found[from * places + to];
  expect(wanted.length).toBeGreaterThan(1000);
  wanted.forEach((bucket, i) => {
    const distance = i - last;
    expect(distance < 0 ? row(last, last + distance) : row(0, distance)).toBe(bucket);
  });
});

describe('a file', () => {
  it('keeps the words of its head away where they are not those of the input and are not there', async () => {
    const config = await readFolderConfig(
      changed(folderOf('roberta'), {
        'config.json': { ...json('roberta/config.json'), tie_word_embeddings: false },
      }),
    );
    const { file, name } = await readWeights(folderOf('roberta'));
    const shapes = new Map(file.names.map((stored) => [stored, { shape: file.shape(stored) }] as const));
    expect(storedWords(shapes, config, name)).toBeUndefined();
    const own = new Map([...shapes, ['lm_head.decoder.weight', { shape: [31, 12] }]]);
    expect(storedWords(own, config, name)?.weight).toBe('lm_head.decoder.weight');
  });

  it('in shards is named where something of it is missing', async () => {
    const folder = folderOf('xlm-roberta');
    const second = 'model-00002-of-00005.safetensors';
    await expect(readWeights(changed(folder, { [second]: undefined }))).rejects.toMatchObject({
      code: 'missing-model-file',
      file: second,
    });
    const other = await folder.read('model-00001-of-00005.safetensors');
    await expect(readWeights(changed(folder, { [second]: new Uint8Array(other) }))).rejects.toMatchObject({
      file: second,
      problem: expect.stringContaining('says is here') as string,
    });
    const outside = { weight_map: { a: '../model.safetensors' } };
    await expect(
      readWeights(changed(folder, { 'model.safetensors.index.json': outside })),
    ).rejects.toMatchObject({
      file: 'model.safetensors.index.json',
    });
  });
});

describe('a config', () => {
  it.each([
    [{ model_type: 'deberta-v2', architectures: ['DebertaV2Model'] }, '"deberta-v2" (`DebertaV2Model`)'],
    [{ model_type: 'modernbert' }, '"modernbert"'],
    [{}, 'does not say what `model_type`'],
  ])('of another architecture is refused by name, with what runs: %j', (config, part) => {
    const read = () => readBertConfig(config, 'config.json');
    expect(read).toThrow(part);
    expect(read).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('`xlm-roberta`') as string }),
    );
  });

  it.each([
    ['albert', { num_hidden_groups: 2 }, '`num_hidden_groups` is 2'],
    ['roberta', { hidden_act: 'silu' }, '`hidden_act` is "silu"'],
    ['distilbert', { n_heads: 4 }, '`dim` 15 is not a multiple of `n_heads` 4'],
    ['xlm-roberta', { pad_token_id: 40 }, '`max_position_embeddings` 23 leaves no place'],
    ['bert', { is_decoder: true }, '`is_decoder` is true'],
  ])('of %s with %j is refused', (type, settings, part) => {
    expect(() => readBertConfig({ ...json(`${type}/config.json`), ...settings }, 'config.json')).toThrow(
      part,
    );
  });
});

test('every weight belongs to the embeddings, a layer, the last norm or the head', async () => {
  for (const type of modelTypes) {
    const config = await readFolderConfig(folderOf(type));
    const parts = new Set(bertWeights(config).map(({ part }) => part));
    const layers = type === 'albert' ? [0] : [0, 1];
    expect([...parts]).toEqual([
      'embeddings',
      ...layers,
      ...(type === 'roberta-prelayernorm' ? ['last'] : []),
    ]);
  }
});
