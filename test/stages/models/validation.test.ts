import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { labelBudget } from '../../../src/stages/consumed.ts';
import { readConsumed } from '../../../src/stages/consumed-file.ts';
import { withoutLabels, type Dataset } from '../../../src/stages/dataset.ts';
import { fitValidated, type ValidationRecord } from '../../../src/stages/fine-tune-selection.ts';
import { methodText, type Method } from '../../../src/stages/fine-tune-method.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { mixedColumns } from '../../../src/stages/training-rows.ts';
import { testing, training } from './messages.ts';
import { check, datasetArtifact, datasetOf, failure, json, ngrams, run } from './rig.ts';

const head = (more: object = {}): Method => ({
  name: 'head',
  arguments: {
    kind: 'logistic',
    c: undefined,
    alpha: 1,
    k: 5,
    distance: 'cosine',
    weights: 'distance',
    ...more,
  },
});
const stopping = (patience: number) => ({ name: 'early_stopping', arguments: { patience } });
const held = datasetOf(testing, { source: Int32Array.from(testing, (_, i) => 100 + i) });

async function tuned(options: Readonly<Record<string, unknown>>, validation: Dataset = held) {
  const from = await datasetArtifact(datasetOf(training));
  const inputs = { model: ngrams(), from, validation: await datasetArtifact(validation) };
  const ran = await run(fineTune, { options, inputs });
  const { validation: record } = (await json(ran.artifact, 'model.json')) as { validation: ValidationRecord };
  return { ...ran, record };
}

describe('c: auto', () => {
  const fixture = JSON.parse(
    readFileSync(new URL('../../fixtures/learning/selection.json', import.meta.url), 'utf8'),
  ) as {
    strengths: number[];
    cases: {
      name: string;
      columns: number;
      labels: number;
      x: number[];
      y: number[];
      held_x: number[];
      held_y: number[];
      losses: number[];
      accuracies: number[];
    }[];
  };

  test.each(fixture.cases)('chooses as the log loss of scikit-learn does: $name', async (item) => {
    const { columns, labels, losses } = item;
    const matrix = (values: number[]) => ({
      rows: values.length / columns,
      columns,
      data: Float32Array.from(values),
    });
    const { record } = await fitValidated(
      { vectors: matrix(item.x), targets: Int32Array.from(item.y) },
      labels,
      head({ c: 'auto' }),
      { classWeights: 'none', signal: new AbortController().signal, patience: undefined },
      { vectors: matrix(item.held_x), truth: Int32Array.from(item.held_y) },
    );
    const best = losses.indexOf(Math.min(...losses));
    expect(record.losses?.map(({ c }) => c)).toEqual(fixture.strengths);
    // With a weak penalty the fit is done well before the optimum, as scikit-learn's is with its usual tolerance.
    record.losses
      ?.filter(({ c }) => c <= 1)
      .forEach(({ loss }, i) => expect(loss / (losses[i] ?? NaN)).toBeCloseTo(1, 2));
    expect(record.c).toBe(fixture.strengths[best]);
    expect(record.accuracy).toBeCloseTo(item.accuracies[best] ?? NaN, 12);
  });

  test('tells what was chosen', async () => {
    const { notes, record } = await tuned({ method: head({ c: 'auto' }) });
    expect(record).toMatchObject({ rows: 6, c: 1000 });
    expect(notes).toEqual([
      'the 6 validation rows: loss 0.0368, accuracy 1; they chose c = 1000 (loss at the best temperature 0.0119 against 0.11 with c = 1)',
    ]);
  });
});

test('early stopping keeps the best iteration and tells which', async () => {
  const wrong = datasetOf(testing.map(([text], i) => [text, testing[(i + 2) % 6]?.[1] ?? ''] as const));
  const { record, notes } = await tuned({ early_stopping: stopping(2), method: head({ c: 100 }) }, wrong);
  expect(record).toMatchObject({ iteration: 1, tried: 3 });
  expect(notes.join()).toContain('the fit was kept at iteration 1 of 3');
  const asMap = await tuned({ early_stopping: { patience: 2 }, method: head({ c: 100 }) }, wrong);
  expect(asMap.record).toEqual(record);
});

test('both choose together', async () => {
  const { record } = await tuned({ early_stopping: stopping(3), method: head({ c: 'auto' }) });
  expect(record.losses).toHaveLength(6);
  expect(record.iteration).toBeGreaterThan(0);
});

test('without either the rows are measured on, and nothing else changes', async () => {
  const { record, notes, artifact } = await tuned({});
  expect(record).toEqual({ rows: 6, loss: record.loss, accuracy: 1 });
  expect(notes).toEqual([
    'c = 100 was chosen by cross-validation in the training rows: held-out loss 0.391, against 0.899 with c = 1',
    'the 6 validation rows: loss 0.103, accuracy 1; nothing was chosen by them',
  ]);
  const from = await datasetArtifact(datasetOf(training));
  const plain = (await run(fineTune, { inputs: { model: ngrams(), from } })).artifact;
  expect(artifact.digestOf('head.safetensors')).toBe(plain.digestOf('head.safetensors'));
});

test('their labels are in the label budget', async () => {
  const { artifact } = await tuned({});
  expect(labelBudget(await readConsumed(artifact))).toEqual({ fitted: 12, selected: 6 });
});

test('rows that are also learnt are noted', async () => {
  const { notes } = await tuned({}, datasetOf([...testing, training[0], training[5]]));
  expect(notes).toContain('2 of the 8 validation rows have a text that is also learnt');
});

test.each([
  [
    withoutLabels(held),
    'step:validation needs-labels: `fine-tune` compares with the labels of validation rows, and these rows have none',
  ],
  [
    datasetOf([['It is loud', 'noise']]),
    'step:validation unknown-label: the validation rows have the label `noise`, which no training row has',
  ],
  [datasetOf([]), 'step:validation empty-data: `fine-tune` was given no rows'],
  [
    datasetOf(testing, { columns: { [mixedColumns.text]: testing.map(([text]) => text) } }),
    'step:validation not-supported: the validation rows were mixed by `mixup`: they are made to learn from, not to measure on',
  ],
])('rows that cannot be measured on are refused', async (rows, expected) => {
  expect(await failure(tuned({}, rows))).toBe(expected);
});

describe('before anything runs', () => {
  const rows = {
    type: 'dataset',
    columns: ['text', 'label'],
    rows: 4,
    labelled: true,
    labels: [
      { name: 'x', rows: 2 },
      { name: 'y', rows: 2 },
    ],
    partition: 'train',
  } as const;

  test.each([
    [
      { method: head({}), early_stopping: stopping(3) },
      'early_stopping missing-option: `early_stopping` goes by the loss on validation rows, and there are none',
    ],
    [
      { method: head({}), early_stopping: {} },
      'early_stopping missing-option: `early_stopping` goes by the loss on validation rows, and there are none',
    ],
    [
      { method: head({ c: 'auto' }) },
      'method missing-option: `c: auto` goes by the loss on validation rows, and there are none',
    ],
    [{ early_stopping: { name: 'none', arguments: {} } }, ''],
  ])('%j without validation rows', (options, expected) => {
    expect(check(fineTune, { options, inputs: { from: rows } }).problems).toBe(expected);
  });

  test.each<Method>([
    head({ kind: 'ridge' }),
    head({ kind: 'knn' }),
    { name: 'prototype', arguments: { distance: 'cosine', temperature: 0.1 } },
  ])('early stopping of %j', (method) => {
    const name = methodText(method);
    expect(
      check(fineTune, {
        options: { method, early_stopping: stopping(3) },
        inputs: { from: rows, validation: { ...rows, partition: 'validation' } },
      }).problems,
    ).toBe(
      `early_stopping option-without-effect: \`early_stopping\` has no meaning for \`${name}\`, which is fitted in one step`,
    );
  });

  test.each([
    [
      { labelled: false },
      'validation needs-labels: `fine-tune` compares with the labels of validation rows, and these have none',
    ],
    [
      { multi_label: true },
      'validation not-supported: these rows have lists of labels, and this version of `fine-tune` knows one label a row',
    ],
    [
      {
        labels: [
          { name: 'z', rows: 1 },
          { name: 'w', rows: 0 },
        ],
      },
      'validation unknown-label: the validation rows have the label `z`, which no training row has',
    ],
  ])('validation rows of %j', (more, expected) => {
    const validation = { ...rows, ...more };
    expect(check(fineTune, { inputs: { from: rows, validation } }).problems).toBe(expected);
  });
});
