// `fine-tune` with the methods that train the encoder, on a tiny BERT with random weights: what is learnt, what is kept, what is refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { loadSentenceEncoder } from '../../../src/learning/encoders/sentence-encoder.ts';
import { loadTrainable } from '../../../src/learning/encoders/trainable.ts';
import { openSafetensors } from '../../../src/learning/safetensors.ts';
import { artifactFolder } from '../../../src/stages/artifact-folder.ts';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { plainHead } from '../../../src/stages/fine-tune-method.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { predict } from '../../../src/stages/predict.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { check, datasetArtifact, datasetOf, failure, json, ngrams, run, type Row } from './rig.ts';
import { files, folder, testing, tiny, training } from './tiny-encoder.ts';

const contrastive = (loss = 'cosine') => ({ name: 'contrastive', arguments: { iterations: 20, loss } });
const full = { name: 'full', arguments: {} };
const bitfit = { name: 'bitfit', arguments: {} };
const lora = { name: 'lora', arguments: { rank: 4 } };
const fast = { learning_rate: 3e-3, steps: 60, dropout: 0 };

async function fitted(
  options: Readonly<Record<string, unknown>>,
  model = tiny(),
  from: readonly Row[] = training,
) {
  return run(fineTune, { options, inputs: { model, from: await datasetArtifact(datasetOf(from)) } });
}

interface Report {
  readonly metrics: { readonly accuracy: { readonly value: number } };
  readonly baselines: Readonly<Record<string, { readonly accuracy: number }>>;
}

async function measured(model: Artifact): Promise<Report> {
  const on = await datasetArtifact(datasetOf(testing));
  const { artifact } = await run(evaluate, {
    options: { bootstrap: 0, metrics: ['accuracy'] },
    inputs: { model, on },
  });
  return (await json(artifact, 'report.json')) as Report; // written by evaluate
}

const accuracyOf = async (model: Artifact): Promise<number> => (await measured(model)).metrics.accuracy.value;

interface Description {
  readonly trained: { readonly steps: number; readonly first_loss: number; readonly last_loss: number };
}
const describeModel = async (model: Artifact) => (await json(model, 'model.json')) as Description; // written by fine-tune

/** Names of the encoder's weights that training has changed. */
async function changedWeights(model: Artifact): Promise<readonly string[]> {
  const bytes = await artifactFolder(model, 'encoder').read('model.safetensors');
  const after = openSafetensors(bytes, 'after');
  const before = openSafetensors(readFileSync(join(folder, 'model.safetensors')), 'before');
  expect(after.names).toEqual(before.names);
  const same = (name: string): boolean => {
    expect(after.shape(name)).toEqual(before.shape(name));
    const [now, then] = [after.tensor(name).data, before.tensor(name).data];
    return now.every((value, i) => value === then[i]);
  };
  return after.names.filter((name) => !same(name));
}

describe('texts that a frozen encoder cannot tell apart', () => {
  test.each([
    ['contrastive', contrastive(), 0.85],
    ['supervised contrastive', contrastive('supervised_contrastive'), 0.85],
    ['multiple negatives', contrastive('multiple_negatives'), 0.85],
    ['full', full, 0.75],
  ])('are told apart by a trained one: %s', async (_, method, least) => {
    const { artifact, notes } = await fitted({ ...fast, method });
    const report = await measured(artifact);
    expect(report.metrics.accuracy.value).toBeGreaterThan(least);
    // The baseline is the encoder as it was.
    expect(report.baselines['frozen_probe']?.accuracy).toBe(
      await accuracyOf((await fitted({ method: plainHead })).artifact),
    );
    expect(report.baselines['frozen_probe']?.accuracy).toBeLessThan(0.7);
    expect(notes.join()).toMatch(/^trained in 60 steps on \d+ texts: loss \S+ at first, \S+ at last$/);
  });

  test('are not by labels that were shuffled', async () => {
    const random = createRandom(5);
    const shuffled = random.shuffle(training.map(([, label]) => label));
    const { artifact } = await fitted(
      { ...fast, method: contrastive() },
      tiny(),
      training.map(([text], i) => [text, shuffled[i] ?? '']),
    );
    expect(Math.abs((await accuracyOf(artifact)) - 0.5)).toBeLessThan(0.2);
  });
});

test('epochs of pairs go over all their iterations', async () => {
  const steps = async (epochs?: number): Promise<string | undefined> => {
    const method = { name: 'contrastive', arguments: { iterations: 2, loss: 'cosine' } };
    const { notes } = await fitted({ learning_rate: 1e-3, batch_size: 16, method, epochs });
    return /trained in (\d+) steps/.exec(notes.join())?.[1];
  };
  expect(Number(await steps(3))).toBe(3 * Number(await steps()));
});

describe('the loss falls, and only what is to be trained changes', () => {
  const few = { ...fast, steps: 12 };
  test.each([
    ['triplet', { ...few, method: contrastive('triplet') }, /./, 0],
    ['bitfit', { ...few, steps: 30, batch_size: 48, method: bitfit }, /\.bias$/, 0],
    ['lora', { ...few, steps: 30, batch_size: 48, method: lora }, /\.(query|value)\.weight$/, 4],
    [
      'the last layer',
      { ...few, method: full, train: { name: 'layers', arguments: { count: 1 } } },
      /^encoder\.layer\.1\./,
      16,
    ],
    ['all', { ...few, method: full }, /./, 0],
  ])('%s', async (_, options, names, count) => {
    const { artifact } = await fitted(options);
    const { trained } = await describeModel(artifact);
    expect(trained.last_loss).toBeLessThan(trained.first_loss);
    const changed = await changedWeights(artifact);
    expect(changed.filter((name) => !names.test(name))).toEqual([]);
    expect(changed.length).toBe(count === 0 ? changed.length : count);
    expect(changed.length).toBeGreaterThan(0);
  });

  test('`train: head` leaves the encoder as it is', async () => {
    const { artifact } = await fitted({ ...few, method: full, train: { name: 'head', arguments: {} } });
    expect(await changedWeights(artifact)).toEqual([]);
    expect(artifact.names.filter((name) => name.startsWith('base/'))).toEqual([]);
  });
});

describe('the model', () => {
  const few = { ...fast, steps: 8, method: contrastive() };

  test('is the same from the same seed, bit for bit, and another from another', async () => {
    const from = await datasetArtifact(datasetOf(training));
    const options = { ...few, dropout: 0.1, batch_size: 12 };
    const digest = async (seed: number): Promise<string> =>
      (await run(fineTune, { options, seed, inputs: { model: tiny(), from } })).artifact.digest;
    const first = await digest(0);
    const [second, other] = [await digest(0), await digest(1)];
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  test('carries the folder of the encoder whole, and what training changed as it was before', async () => {
    const { artifact } = await fitted(few);
    const own = (name: string) => artifact.names.filter((one) => one.startsWith(name));
    expect(own('encoder/')).toEqual(Object.keys(files).map((name) => `encoder/${name}`));
    expect(own('base/')).toEqual(['base/model.safetensors']);
    expect(artifact.digestOf('base/model.safetensors')).toBe(tiny().digestOf('model.safetensors'));
  });

  test('gives the vectors that training ended with', async () => {
    const { artifact } = await fitted(few);
    const encoder = artifactFolder(artifact, 'encoder');
    const source = {
      has: async (name: string) => encoder.names.includes(name),
      read: (name: string) => encoder.read(name),
    };
    const texts = ['the cat sat over a lazy dog', 'one two three'];
    const [trained, plain] = await withEngine('onnx', async () => {
      const trainable = await loadTrainable(source);
      const ids = texts.map((text) => trainable.tokenizer.encode(text));
      const bucket = { texts: 2, places: 16, tokens: 32 };
      const host = Object.entries(trainable.pack(ids, bucket));
      const vectors = tf.tidy(() => {
        const packed = Object.fromEntries(
          host.map(([name, { data, shape, type }]) => [name, tf.tensor(data, [...shape], type)]),
        );
        return trainable.vectors(trainable.weights, packed, {});
      });
      const values = [...(await vectors.data())];
      const sentence = await loadSentenceEncoder(source);
      const { data } = await sentence.encode(texts, { signal: new AbortController().signal });
      return [values, [...data]];
    });
    expect(Math.max(...trained.map((value, i) => Math.abs(value - (plain[i] ?? NaN))))).toBeLessThan(1e-5);
  });

  test('can be trained further; the baseline stays the encoder before any training', async () => {
    const first = (await fitted(few)).artifact;
    const second = (await fitted({ ...few, method: lora }, first)).artifact;
    expect(second.digestOf('base/model.safetensors')).toBe(tiny().digestOf('model.safetensors'));
    expect(second.digestOf('encoder/model.safetensors')).not.toBe(
      first.digestOf('encoder/model.safetensors'),
    );
    // A head on it takes the trained encoder along.
    const head = (await fitted({ method: plainHead }, first)).artifact;
    expect(head.digestOf('encoder/model.safetensors')).toBe(first.digestOf('encoder/model.safetensors'));
    expect(head.digestOf('base/model.safetensors')).toBe(tiny().digestOf('model.safetensors'));
  });

  test('answers', async () => {
    const { artifact } = await fitted({ ...fast, method: contrastive() });
    const from = await datasetArtifact(datasetOf(testing));
    const { artifact: told } = await run(predict, {
      options: { top: 1, neighbours: 1 },
      inputs: { model: artifact, from },
    });
    expect(told.names).toContain('predictions.csv');
  });
});

describe('what cannot be trained, or not so', () => {
  test('n-grams', async () => {
    const refusal = 'trains the encoder, and this model has nothing that it can train';
    expect(await failure(fitted({ method: full }, ngrams()))).toContain(
      `step:model wrong-artifact: \`full\` ${refusal}`,
    );
    const model = { type: 'model', capability: 'encoder', labels: undefined, trainable: false } as const;
    expect(check(fineTune, { options: { method: contrastive() }, inputs: { model } }).problems).toContain(
      `model wrong-artifact: \`contrastive\` ${refusal}`,
    );
  });

  test('more layers than there are', async () => {
    const options = { method: full, train: { name: 'layers', arguments: { count: 3 } } };
    expect(await failure(fitted(options))).toBe(
      'step:train out-of-range: the last 3 layers cannot be trained: the encoder has 2',
    );
    const told = { type: 'model', capability: 'encoder', labels: undefined } as const;
    const problems = (model: object) =>
      check(fineTune, { options, inputs: { model: { ...told, ...model } } }).problems;
    expect(problems({ layers: 2 })).toContain(
      'train out-of-range: the last 3 layers cannot be trained: the encoder has 2',
    );
    expect(problems({ layers: 3 })).not.toContain('layers');
    expect(problems({})).not.toContain('layers');
  });

  test('training that runs away', async () => {
    expect(await failure(fitted({ ...fast, method: full, learning_rate: 1e25 }))).toMatch(
      /training-diverged: the loss is NaN at step \d+/,
    );
  });

  test.each([
    [
      'an option of training, where nothing is trained',
      { method: plainHead, learning_rate: 1e-3 },
      '`learning_rate` changes nothing here: `head(kind: logistic)` leaves the encoder as it is',
    ],
    [
      'texts of a step of a layer',
      { method: { ...plainHead, arguments: { ...plainHead.arguments, kind: 'linear' } }, batch_size: 8 },
      '`batch_size` changes nothing here: `head(kind: linear)` leaves the encoder as it is',
    ],
    [
      'epochs and steps of a layer',
      {
        method: { ...plainHead, arguments: { ...plainHead.arguments, kind: 'linear' } },
        epochs: 2,
        steps: 5,
      },
      '`epochs` changes nothing here: `steps` decides how long the training is',
    ],
    [
      'epochs and steps',
      { method: full, epochs: 2, steps: 5 },
      '`epochs` changes nothing here: `steps` decides how long the training is',
    ],
    [
      'smoothing without a classifier',
      { method: contrastive(), label_smoothing: 0.1 },
      '`label_smoothing` changes nothing here: `contrastive` trains no classifier: it fits one afterwards',
    ],
    [
      'a head alone, by biases',
      { method: bitfit, train: { name: 'head', arguments: {} } },
      '`train` changes nothing here: `bitfit` would have nothing to train',
    ],
  ])('%s', (_, options, message) => {
    expect(check(fineTune, { options, inputs: {} }).problems).toContain(`option-without-effect: ${message}`);
  });
});
