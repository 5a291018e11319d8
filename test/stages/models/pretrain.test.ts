// `pretrain` on a tiny BERT with random weights: what is learnt and kept, what a prompt can ask of it, and what is refused.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openSafetensors } from '../../../src/learning/safetensors.ts';
import { artifactFolder } from '../../../src/stages/artifact-folder.ts';
import type { Artifact, Static, StaticDataset } from '../../../src/stages/artifact.ts';
import { openEncoder } from '../../../src/stages/model-source.ts';
import { exportModel } from '../../../src/stages/export.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { pretrain } from '../../../src/stages/pretrain.ts';
import { prompt } from '../../../src/stages/prompt.ts';
import {
  budgetOf,
  check,
  context,
  datasetArtifact,
  datasetOf,
  failure,
  json,
  ngrams,
  run,
  textsOnly,
} from './rig.ts';
import { rows, tiny } from './tiny-encoder.ts';

/** Every text says one of two things, and the word in its middle tells which. */
const sentences = Array.from({ length: 60 }, (_, i) =>
  i % 2 === 0 ? 'the quick brown fox' : 'one lazy dog sat over two',
);
const texts = sentences.map((text, i) => `${text} ${'word '.repeat(i % 3)}`.trim());
const pool = textsOnly(texts);
const head = { name: 'head', arguments: {} };
const fast = { steps: 60, batch_size: 16, head_learning_rate: 2e-2, masked: 0.3 };

async function pretrained(options: object = {}, model: Artifact = tiny()) {
  const from = await datasetArtifact(pool);
  return run(pretrain, { options: { ...fast, ...options }, inputs: { model, from } });
}

interface Told {
  readonly masked: {
    readonly accuracy: number;
    readonly loss: number;
    readonly before: { readonly loss: number } | null;
    readonly frequencies: { readonly loss: number };
  } | null;
}
const told = async (model: Artifact) => (await json(model, 'pretrained.json')) as Told; // written by pretrain

async function vectors(model: Artifact): Promise<Float32Array> {
  const encoder = await openEncoder(model, context, { maxLength: undefined });
  try {
    return (await encoder.encode(['the quick fox sat', 'one dog', ''])).data;
  } finally {
    await encoder.dispose();
  }
}

test('a head is learnt, and vectors of texts stay as they are to the bit', { timeout: 60_000 }, async () => {
  const { artifact: model, notes } = await pretrained({ train: head });
  expect(await vectors(model)).toEqual(await vectors(tiny()));
  const { masked } = await told(model);
  expect(masked?.before).toBeNull();
  expect(masked?.loss).toBeLessThan((masked?.frequencies.loss ?? NaN) - 0.3);
  expect(notes.at(-1)).toMatch(/^of \d+ masked word pieces in \d+ texts held out it tells /);

  const again = await pretrained({ train: head, steps: 10 }, model);
  expect((await told(again.artifact)).masked?.before?.loss).toBeCloseTo(masked?.loss ?? NaN, 5);
  expect(await vectors(again.artifact)).toEqual(await vectors(tiny()));
});

test('the whole encoder is trained, and is asked for words', { timeout: 60_000 }, async () => {
  const { artifact: model } = await pretrained({ learning_rate: 3e-3 });
  expect(await vectors(model)).not.toEqual(await vectors(tiny()));
  const { masked } = await told(model);
  expect(masked?.loss).toBeLessThan((masked?.frequencies.loss ?? NaN) - 0.3);

  const asked = await run(prompt, {
    options: { template: ['{text} {mask}'], verbalizer: [['cats', ['cat']], ['dogs', ['dog']]] }, // prettier-ignore
    inputs: { from: await datasetArtifact(datasetOf(rows('train', 16))) },
  });
  const method = { name: 'cloze', arguments: { c: 1 } };
  const { artifact } = await run(fineTune, {
    options: { method },
    inputs: { model, from: asked.artifact },
  });
  // Texts of the pre-training count as seen, and their labels, which were not read, do not.
  expect(await budgetOf(artifact)).toMatchObject({ fitted: 16 });
});

test('of the last layer alone, what is below stays, and of the words all but the mask', async () => {
  const train = { name: 'layers', arguments: { count: 1 } };
  const { artifact: model } = await pretrained({ train, learning_rate: 3e-3, dropout: 0.1 });
  const { masked } = await told(model);
  expect(masked?.loss).toBeLessThan((masked?.frequencies.loss ?? NaN) - 0.3);
  const weightsOf = async (folder: Artifact) =>
    openSafetensors(await folder.read('model.safetensors'), 'weights');
  const [before, after] = [await weightsOf(tiny()), await weightsOf(artifactFolder(model, 'encoder'))];
  const moved = before.names.filter(
    (name) => before.isFloat(name) && !isDeepStrictEqual(after.tensor(name), before.tensor(name)),
  );
  const words = 'embeddings.word_embeddings.weight';
  expect(moved.filter((name) => !name.includes('.layer.1.'))).toEqual([expect.stringContaining(words)]);
  expect(moved.length).toBeGreaterThan(10);
  const table = moved.find((name) => name.includes(words)) ?? '';
  const [, width = 1] = before.shape(table);
  const [old, now] = [before.tensor(table).data, after.tensor(table).data];
  const others = new Set([...old.keys()].filter((i) => old[i] !== now[i]).map((i) => Math.floor(i / width)));
  expect(others.size).toBe(1);
});

test('an exported folder has the names of a masked language model', { timeout: 60_000 }, async () => {
  const { artifact: model } = await pretrained({ train: head, steps: 5 });
  const { artifact: folder } = await run(exportModel, {
    options: { to: 'out', precision: 'fp32' },
    inputs: { model },
  });
  const { names } = openSafetensors(await folder.read('model.safetensors'), 'exported');
  const isHead = (name: string): boolean => name.startsWith('cls.predictions.');
  expect(names.filter(isHead).toSorted()).toEqual([
    'cls.predictions.bias',
    'cls.predictions.transform.LayerNorm.bias',
    'cls.predictions.transform.LayerNorm.weight',
    'cls.predictions.transform.dense.bias',
    'cls.predictions.transform.dense.weight',
  ]);
  expect(names.filter((name) => !isHead(name)).every((name) => name.startsWith('bert.'))).toBe(true);
  expect(await json(folder, 'config.json')).toMatchObject({ architectures: ['BertForMaskedLM'] });
  expect(await vectors(folder)).toEqual(await vectors(tiny()));
  const own = artifactFolder(model, 'encoder');
  expect(await json(own, 'config.json')).toEqual(await json(tiny(), 'config.json'));
});

describe('what only the run shows', () => {
  test('texts without a word', async () => {
    const from = await datasetArtifact(textsOnly(['☃', '☃☃']));
    const failed = run(pretrain, { options: fast, inputs: { model: tiny(), from } });
    expect(await failure(failed)).toBe(
      'step:from empty-data: none of the texts has a word that could be covered',
    );
  });
  test('n-grams', async () => {
    const failed = pretrained({}, ngrams());
    expect(await failure(failed)).toMatch(/^step:model wrong-artifact: `pretrain` trains an encoder/);
  });
});

describe('what is known before anything runs', () => {
  const from: StaticDataset = { type: 'dataset', columns: ['text'], rows: 50, labelled: false, labels: [], partition: undefined }; // prettier-ignore
  const encoder = { type: 'model', capability: 'encoder', labels: undefined, trainable: true } as const;
  const asked = { mask: true, words: undefined, label_texts: false, calibrate: false };
  test.each<[object, Static, StaticDataset, string]>([
    [{}, encoder, from, ''],
    [{ train: head, head_learning_rate: 1e-2 }, encoder, from, ''],
    [{ train: head, learning_rate: 1e-4 }, encoder, from, 'learning_rate option-without-effect: `learning_rate` changes nothing here: with `train: head` the encoder stays as it is'],
    [{ steps: 3, epochs: 2 }, encoder, from, 'epochs option-without-effect: `epochs` changes nothing here: `steps` decides how long the training is'],
    [{}, { ...encoder, trainable: false }, from, 'model wrong-artifact: `pretrain` trains an encoder, and this model has nothing to train: it counts n-grams'],
    [{}, { ...encoder, images: true }, from, 'model wrong-artifact: `pretrain` learns words from texts, and this model reads pictures'],
    [{}, encoder, { ...from, prompt: asked }, 'from not-supported: `pretrain` learns from texts as they are, and these rows carry a prompt'],
  ])('%j', (options, model, rows, expected) => {
    const { problems, outputs } = check(pretrain, { options: options as never, inputs: { model, from: rows } });
    expect(problems).toBe(expected);
    expect(outputs['']).toMatchObject({ capability: 'encoder', trainable: true, masked: true });
  }); // prettier-ignore
});
