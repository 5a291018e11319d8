import { describe, expect, test } from 'vitest';
import type { Head } from '../../../src/learning/heads/head.ts';
import { labelBudget } from '../../../src/stages/consumed.ts';
import { classify } from '../../../src/stages/classify.ts';
import { loadClassifier, type Classifier } from '../../../src/stages/classifier.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { texts } from '../../../src/stages/dataset.ts';
import { testing, training } from './messages.ts';
import { check, context, datasetArtifact, datasetOf, failure, json, ngrams, run, textsOnly } from './rig.ts';

const head = (kind: string) => ({
  name: 'head',
  arguments: { kind, c: 1, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' },
});
const prototype = { name: 'prototype', arguments: { distance: 'cosine', temperature: 0.1 } };

async function fitted(options: Readonly<Record<string, unknown>> = {}, rows = training) {
  const from = await datasetArtifact(datasetOf(rows));
  return (await run(fineTune, { options, inputs: { model: ngrams(), from } })).artifact;
}

async function predictions(classifier: Classifier, of: readonly string[]): Promise<string[]> {
  const [probabilities = new Float64Array()] = await classify(
    classifier,
    [classifier.head],
    textsOnly(of),
    () => undefined,
  );
  const count = classifier.labels.length;
  return of.map((_, i) => {
    const row = [...probabilities.subarray(i * count, (i + 1) * count)];
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
    return classifier.labels[row.indexOf(Math.max(...row))] ?? '';
  });
}

describe.each([
  ['logistic', head('logistic')],
  ['svm', head('svm')],
  ['ridge', head('ridge')],
  ['linear', head('linear')],
  ['knn', head('knn')],
  ['prototype', prototype],
])('%s', (_, method) => {
  test('learns the task, and says the same after it was stored', async () => {
    const classifier = await loadClassifier(await fitted({ method }), context);
    expect(
      await predictions(
        classifier,
        testing.map(([text]) => text),
      ),
    ).toEqual(testing.map(([, label]) => label));
  });

  test('equal rows give equal bytes', async () => {
    expect((await fitted({ method })).digest).toBe((await fitted({ method })).digest);
  });
});

test('a linear layer is trained as long, and as fast, as the program says', async () => {
  const layerOf = async (options: object) => {
    const { head: layer } = await loadClassifier(
      await fitted({ method: head('linear'), ...options }),
      context,
    );
    return layer;
  };
  const size = ({ tensors }: Head): number => tensors['weight'].data.reduce((sum, one) => sum + one ** 2, 0);
  const usual = await layerOf({});
  expect(usual.settings['iterations']).toBe(200);
  expect((await layerOf({ epochs: 7 })).settings['iterations']).toBe(7);
  expect((await layerOf({ steps: 3 })).settings['iterations']).toBe(3);
  for (const options of [
    { head_learning_rate: 1e-3 },
    { weight_decay: 5 },
    { label_smoothing: 0.5 },
    { warmup: 1 },
  ])
    expect(size(await layerOf(options))).toBeLessThan(0.95 * size(usual));
  expect(size(await layerOf({ schedule: 'constant' }))).toBeGreaterThan(size(usual));
});

test('shuffled labels teach nothing', async () => {
  const turned = training.map(([text], i) => [text, training[(i * 5) % 12]?.[1] ?? ''] as const);
  const classifier = await loadClassifier(await fitted({}, turned), context);
  const said = await predictions(
    classifier,
    testing.map(([text]) => text),
  );
  expect(said.filter((label, i) => label === testing[i]?.[1]).length).toBeLessThan(5);
});

test('the artifact holds the encoder, the head and the training rows', async () => {
  const artifact = await fitted();
  expect(artifact.names).toEqual([
    'consumed.parquet',
    'encoder/builtin.json',
    'head.safetensors',
    'model.json',
    'support/data.parquet',
    'support/dataset.json',
  ]);
  expect(await json(artifact, 'model.json')).toMatchObject({
    format: 'fsl-classifier',
    labels: ['borrow', 'card', 'hours'],
  });
  const classifier = await loadClassifier(artifact, context);
  expect(texts(await classifier.support())).toEqual(training.map(([text]) => text));
  expect(labelBudget(await classifier.consumed())).toEqual({ fitted: 12, selected: 0 });
});

test('of a classifier its encoder is taken', async () => {
  const from = await datasetArtifact(datasetOf(training));
  const first = await fitted();
  const second = await run(fineTune, { inputs: { model: first, from } });
  expect(second.artifact.digest).toBe(first.digest);
});

test('balanced weights count every label the same', async () => {
  const uneven = training.filter(([, label], i) => label !== 'card' || i === 8);
  const cardness = async (class_weights: string) => {
    const classifier = await loadClassifier(
      await fitted({ class_weights, method: head('logistic') }, uneven),
      context,
    );
    const [probabilities] = await classify(
      classifier,
      [classifier.head],
      textsOnly(['Hello!']),
      () => undefined,
    );
    return probabilities?.[classifier.labels.indexOf('card')] ?? NaN;
  };
  expect(await cardness('balanced')).toBeGreaterThan(1.5 * (await cardness('none')));
});

describe('what only the rows show is refused', () => {
  test.each([
    [
      'one label',
      datasetOf([['a', 'x'], ['b', 'x']]), // prettier-ignore
      'step:from too-few-labels: a classifier needs at least two labels, and all rows have `x`',
    ],
    [
      'a label without rows',
      datasetOf([['a', 'x'], ['b', 'y']], { labels: ['x', 'y', 'z'] }), // prettier-ignore
      'step:from labels-without-rows: no training row has the label `z`',
    ],
    [
      'no labels',
      { ...datasetOf([['a', 'x']]), roles: { text: 'text' }, labels: [] },
      'step:from needs-labels: `fine-tune` learns from labels, and these rows have none',
    ],
    [
      'no texts',
      { ...datasetOf([['a', 'x']]), roles: { label: 'label' } },
      'step:from needs-text: `fine-tune` reads texts, and these rows have none',
    ],
    ['no rows', datasetOf([]), 'step:from empty-data: `fine-tune` was given no rows'],
  ])('%s', async (_, dataset, expected) => {
    const from = await datasetArtifact(dataset);
    expect(await failure(run(fineTune, { inputs: { model: ngrams(), from } }))).toBe(expected);
  });
});

describe('what is known before anything runs', () => {
  const dataset = (labels: readonly (readonly [string, number | undefined])[], labelled = true) =>
    ({
      type: 'dataset',
      columns: undefined,
      rows: undefined,
      labelled,
      labels: labels.map(([name, rows]) => ({ name, rows })),
      partition: 'train',
    }) as const;

  test.each([
    ['all have rows', 3, ['x', 'y']],
    ['it is not known of each whether it has rows', undefined, []],
  ])('the classifier has the labels of its rows, and has learnt them where %s', (_, rows, learnt) => {
    const { outputs, problems } = check(fineTune, { inputs: { from: dataset([['x', 8], ['y', rows]]) } }); // prettier-ignore
    expect(problems).toBe('');
    const known = { labels: ['x', 'y'], learnt, prompted: false, votes: false };
    expect(outputs).toEqual({ '': { type: 'model', capability: 'classifier', ...known } });
  });

  test.each([
    [{}, dataset([], false), 'from needs-labels: `fine-tune` learns from labels, and these rows have none'],
    [
      {},
      dataset([['x', 3]]),
      'from too-few-labels: a classifier needs at least two labels, and all rows have `x`',
    ],
    [{}, dataset([['x', 3], ['y', 0], ['z', 0]]), 'from labels-without-rows: no training row has the labels `y`, `z`'], // prettier-ignore
    [
      { method: { name: 'head', arguments: { ...head('ridge').arguments, c: 2 } } },
      dataset([['x', 3], ['y', 3]]), // prettier-ignore
      'method warns option-without-effect: `c` changes nothing here: it belongs to `head(kind: logistic)`',
    ],
    [
      { method: prototype, class_weights: 'balanced' },
      dataset([['x', 3], ['y', 3]]), // prettier-ignore
      'class_weights option-without-effect: `class_weights: balanced` has no meaning for `prototype`',
    ],
  ])('%j', (options, from, expected) => {
    expect(check(fineTune, { options, inputs: { from } }).problems).toBe(expected);
  });
});
