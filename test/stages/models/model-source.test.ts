import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { plainHead } from '../../../src/stages/fine-tune-method.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { loadClassifier } from '../../../src/stages/classifier.ts';
import { openEncoder } from '../../../src/stages/model-source.ts';
import { artifactOf, type Files } from '../data/memory.ts';
import { training } from './messages.ts';
import { datasetArtifact, datasetOf, failure, ngrams, run } from './rig.ts';

const folder = join(import.meta.dirname, '../../fixtures/encoders/odd-bert');
const files: Files = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]),
);

let cacheDirectory: string;
beforeEach(() => {
  cacheDirectory = mkdtempSync(join(tmpdir(), 'fsl-models-'));
});
afterEach(() => rmSync(cacheDirectory, { recursive: true, force: true }));

const quiet = {
  signal: new AbortController().signal,
  engine: { backend: 'onnx', device: 'auto', threads: 1 },
  progress: () => undefined,
  note: () => undefined,
} as const;

/** Counts how often the weights are read. */
function counting(artifact: Artifact): { readonly artifact: Artifact; readonly reads: () => number } {
  let reads = 0;
  return {
    reads: () => reads,
    artifact: {
      ...artifact,
      read: (name) => {
        if (name.endsWith('model.safetensors')) reads += 1;
        return artifact.read(name);
      },
    },
  };
}

async function encode(artifact: Artifact, texts: readonly string[], maxLength?: number) {
  const encoder = await openEncoder(artifact, { ...quiet, cacheDirectory }, { maxLength });
  return encoder.encode(texts).finally(encoder.dispose);
}

const texts = ['hello there, this is a text', 'short'];

describe('a Hugging Face folder', () => {
  test('is not even read where every vector is cached', async () => {
    const { artifact, reads } = counting(artifactOf('model', files));
    const first = await encode(artifact, texts);
    expect([first.rows, first.columns]).toEqual([2, 96]);
    expect(reads()).toBe(1);
    expect(await encode(artifact, [...texts].reverse())).toMatchObject({ rows: 2 });
    expect(await encode(artifact, texts)).toEqual(first);
    expect(reads()).toBe(1);
  });

  test('reads as many tokens as it is told to, and caches them apart', async () => {
    const artifact = artifactOf('model', files);
    const whole = await encode(artifact, texts);
    const cut = await encode(artifact, texts, 4);
    expect(cut.data.subarray(0, 96)).not.toEqual(whole.data.subarray(0, 96));
    expect(await encode(artifact, texts)).toEqual(whole);
  });

  test('with other weights gives other vectors', async () => {
    const weights = Buffer.from(files['model.safetensors'] ?? '');
    const last = weights.length - 2;
    weights.writeUInt8(weights.readUInt8(last) ^ 0x40, last);
    const other = artifactOf('model', { ...files, 'model.safetensors': weights });
    const before = await encode(artifactOf('model', files), texts);
    expect((await encode(other, texts)).data).not.toEqual(before.data);
  });

  test.each([
    [
      'model.safetensors',
      undefined,
      'step:model missing-model-file: `model.safetensors`: the model folder does not have this file',
    ],
    ['config.json', '{', 'step:model bad-model: `config.json`: is not JSON'],
    ['model.safetensors', 'cut', 'step:model bad-model: `model.safetensors`'],
  ])('whose `%s` is %s is refused', async (name, contents, expected) => {
    const { [name]: whole = '', ...rest } = files;
    const damaged = contents === 'cut' ? Buffer.from(whole).subarray(0, 5000) : contents;
    const artifact = artifactOf('model', { ...rest, ...(damaged !== undefined && { [name]: damaged }) });
    expect(await failure(encode(artifact, texts))).toContain(expected);
    // The engine is free again for the next step.
    expect(await encode(artifactOf('model', files), texts)).toMatchObject({ rows: 2 });
  });

  test('inside a classifier gives the same vectors, out of the same cache', async () => {
    const model = artifactOf('model', files);
    const from = await datasetArtifact(datasetOf(training));
    const fitted = (
      await run(fineTune, { options: { method: plainHead }, inputs: { model, from }, cacheDirectory })
    ).artifact;
    const { artifact, reads } = counting(fitted);
    const classifier = await loadClassifier(artifact, { ...quiet, cacheDirectory });
    const trained = training.map(([text]) => text);
    const vectors = await classifier.encode(trained).finally(classifier.dispose);
    expect(vectors).toEqual(await encode(model, trained));
    expect(reads()).toBe(0);
  });
});

test('the reference backend gives the same numbers', async () => {
  const artifact = artifactOf('model', files);
  const onnx = await encode(artifact, texts);
  const context = { ...quiet, engine: { ...quiet.engine, backend: 'reference' }, cacheDirectory } as const;
  const encoder = await openEncoder(artifact, context, { maxLength: undefined });
  const reference = await encoder.encode(texts).finally(encoder.dispose);
  expect(reference.data).not.toEqual(onnx.data);
  reference.data.forEach((value, i) => expect(value).toBeCloseTo(onnx.data[i] ?? NaN, 4));
});

test('an unknown built-in model is refused', async () => {
  const artifact = artifactOf('model', { 'builtin.json': '{"name":"other","version":"1"}' });
  expect(await failure(encode(artifact, texts))).toBe(
    'step:model unknown-builtin: this version of fslrun has no built-in encoder `other`',
  );
});

test('builtin:ngrams leaves nothing in the cache', async () => {
  expect(await encode(ngrams(), texts)).toMatchObject({ rows: 2 });
  expect(readdirSync(cacheDirectory)).toEqual([]);
});
