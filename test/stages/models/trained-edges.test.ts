// Training an encoder at the edges, on a tiny BERT: labels that mean nothing, one label, texts that are far too long, options of the loss.
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/learning/random.ts';
import { artifactFolder } from '../../../src/stages/artifact-folder.ts';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { collapseNote } from '../../../src/stages/training-notes.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { datasetArtifact, datasetOf, failure, json, run, type Row } from './rig.ts';
import { testing, tiny, training } from './tiny-encoder.ts';

const contrastive = (loss = 'cosine') => ({ name: 'contrastive', arguments: { iterations: 20, loss } });
const full = { name: 'full', arguments: {} };
const bitfit = { name: 'bitfit', arguments: {} };
const lora = { name: 'lora', arguments: { rank: 4 } };
const head = (kind: string) => ({
  name: 'head',
  arguments: { kind, c: 1, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' },
});
const prototype = { name: 'prototype', arguments: { distance: 'cosine', temperature: 0.1 } };
const fast = { learning_rate: 3e-3, steps: 16, dropout: 0 };

async function fitted(options: Readonly<Record<string, unknown>>, from: readonly Row[] = training) {
  return run(fineTune, { options, inputs: { model: tiny(), from: await datasetArtifact(datasetOf(from)) } });
}

async function report(model: Artifact, on: readonly Row[] = testing): Promise<EvaluationReport> {
  const ran = await run(evaluate, {
    options: { bootstrap: 0, metrics: ['accuracy'] },
    inputs: { model, on: await datasetArtifact(datasetOf(on)) },
  });
  return (await json(ran.artifact, 'report.json')) as EvaluationReport; // written by evaluate
}

describe('shuffled labels train to chance', () => {
  const shuffled = (): Row[] => {
    // As many of each word with each label: nothing is to be learnt.
    const random = createRandom(6);
    const turned = training.map(([text, label], i): Row => [text, i % 4 < 2 ? label : label === 'cats' ? 'dogs' : 'cats']); // prettier-ignore
    return random.shuffle(turned);
  };
  test.each([
    ['head(kind: logistic)', { method: head('logistic') }],
    ['head(kind: svm)', { method: head('svm') }],
    ['head(kind: ridge)', { method: head('ridge') }],
    ['head(kind: knn)', { method: head('knn') }],
    ['prototype', { method: prototype }],
    ['full', { ...fast, method: full }],
    ['lora', { ...fast, method: lora }],
    ['bitfit', { ...fast, method: bitfit }],
    ['contrastive, supervised', { ...fast, method: contrastive('supervised_contrastive') }],
    ['contrastive, triplet', { ...fast, method: contrastive('triplet') }],
    ['contrastive, multiple negatives', { ...fast, method: contrastive('multiple_negatives') }],
  ])('%s', async (_, options) => {
    const { metrics } = await report((await fitted(options, shuffled())).artifact);
    // 60 rows: four standard deviations of a coin.
    expect(Math.abs((metrics['accuracy']?.value ?? NaN) - 0.5)).toBeLessThan(0.26);
  });
});

test('a train set with one class is refused before anything is trained', async () => {
  const cats = training.filter(([, label]) => label === 'cats');
  for (const method of [contrastive(), full, lora, bitfit])
    expect(await failure(fitted({ ...fast, method }, cats))).toBe(
      'step:from too-few-labels: a classifier needs at least two labels, and all rows have `cats`',
    );
});

test('labels that only the test rows have are named', async () => {
  const { artifact } = await fitted({ ...fast, steps: 2, method: full });
  expect(
    await failure(
      report(artifact, [
        ['the cat sat', 'cats'],
        ['one two', 'numbers'],
      ]),
    ),
  ).toBe(
    // prettier-ignore
    'step:on unknown-label: the rows have the label `numbers`, which the model has never seen',
  );
});

test('texts of 10,000 words are read up to what the encoder reads, and that is told', async () => {
  const long = (word: string): Row => [`${word} ${'word '.repeat(10_000)}`, `${word}s`];
  const from = [...training, long('cat'), long('dog')];
  for (const options of [{ method: head('logistic') }, { ...fast, steps: 2, method: full }]) {
    const { artifact, notes } = await fitted(options, from);
    expect(notes.filter((note) => note.includes('longer'))).toEqual([
      '2 of the 50 texts are longer than the 48 tokens that the encoder reads: the rest of them is not seen',
    ]);
    const { checks, rows } = await report(artifact, [...testing, ['dog '.repeat(10_000), 'dogs']]);
    expect(rows).toBe(61);
    expect(checks).toContainEqual({
      name: 'cut_texts',
      message:
        '1 of the 61 texts is longer than the 48 tokens that the encoder reads: the rest of it is not seen',
    });
  }
});

describe('a model that gives one label to every row it was trained on', () => {
  const vectors = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 1, 1, 1) };
  const rows = { vectors, targets: Int32Array.of(0, 1, 0) };
  const withBias = (...bias: readonly number[]) => ({
    kind: 'logistic' as const,
    labels: 2,
    settings: {},
    tensors: {
      weight: { shape: [2, 2], data: Float32Array.of(0, 0, -1, 1) },
      bias: { shape: [2], data: Float32Array.from(bias) },
    },
  });

  test('is told as collapsed, and no other', async () => {
    expect(await collapseNote(withBias(9, 0), rows, ['cats', 'dogs'])).toMatch(
      /^the model gives the label `cats` to every row that it was trained on: the training has collapsed/,
    );
    expect(await collapseNote(withBias(0, 0), rows, ['cats', 'dogs'])).toBeUndefined();
  });

  test('in a run: a rate that wipes out the encoder', async () => {
    const { artifact, notes } = await fitted({
      ...fast,
      method: full,
      learning_rate: 0.3,
      schedule: 'constant',
      head_learning_rate: 0.3,
    });
    expect(notes.join('\n')).toContain('the training has collapsed');
    expect((await report(artifact)).checks.map(({ name }) => name)).toContain('collapse');
  });
});

describe('options of the loss reach the training', () => {
  const uneven = training.filter((_, i) => i % 2 === 0 || i < 12);
  const digests = async (options: Readonly<Record<string, unknown>>) => {
    const { artifact } = await fitted({ ...fast, steps: 3, ...options }, uneven);
    const encoder = artifactFolder(artifact, 'encoder').digestOf('model.safetensors');
    return { encoder, head: artifact.digestOf('head.safetensors') };
  };

  test.each([
    ['full', full],
    ['lora', lora],
    ['bitfit', bitfit],
  ])('%s: `class_weights` and `label_smoothing` change encoder and classifier', async (_, method) => {
    const plain = await digests({ method });
    for (const more of [{ class_weights: 'balanced' }, { label_smoothing: 0.2 }]) {
      const other = await digests({ method, ...more });
      expect(other.encoder).not.toBe(plain.encoder);
      expect(other.head).not.toBe(plain.head);
    }
  });

  test('contrastive: `class_weights` are those of the classifier that follows', async () => {
    const plain = await digests({ method: contrastive() });
    const balanced = await digests({ method: contrastive(), class_weights: 'balanced' });
    expect(balanced.encoder).toBe(plain.encoder);
    expect(balanced.head).not.toBe(plain.head);
  });
});
