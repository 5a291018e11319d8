import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { writeConsumingMore } from '../../../src/stages/consumed-file.ts';
import { consumedRows } from '../../../src/stages/consumed-rows.ts';
import { withoutLabels, type Dataset } from '../../../src/stages/dataset.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { originalColumn } from '../../../src/stages/training-rows.ts';
import { artifactOf, collectingOutput } from '../data/memory.ts';
import { testing, training } from './messages.ts';
import { check, datasetArtifact, datasetOf, failure, json, ngrams, run, type Row } from './rig.ts';

const ridge = {
  name: 'head',
  arguments: { kind: 'ridge', c: 1, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' },
};
const metrics = ['accuracy', 'macro_f1', 'nll', 'auroc'];

async function evaluated(
  options: Readonly<Record<string, unknown>> = {},
  on: Dataset = datasetOf(testing),
  { method, support = datasetOf(training) }: { readonly method?: unknown; readonly support?: Dataset } = {},
) {
  const from = await datasetArtifact(support);
  const fitting = { ...(method !== undefined && { options: { method } }), inputs: { model: ngrams(), from } };
  const model = (await run(fineTune, fitting)).artifact;
  const ran = await run(evaluate, {
    options: { bootstrap: 50, ...options },
    inputs: { model, on: await datasetArtifact(on) },
  });
  return { ...ran, report: (await json(ran.artifact, 'report.json')) as EvaluationReport };
}

test('the report has the figures, and everything that belongs beside them', async () => {
  const { report, progress } = await evaluated({ metrics });
  expect(report).toMatchObject({
    type: 'evaluation',
    labels: ['borrow', 'card', 'hours'],
    rows: 6,
    labels_used: 12,
    label_budget: { fitted: 12, selected: 0 },
    metrics: { accuracy: { value: 1, high: 1 }, auroc: { value: 1 } },
    confusion: [
      [2, 0, 0],
      [0, 2, 0],
      [0, 0, 2],
    ],
    baselines: { majority: { accuracy: 1 / 3 } },
    interval:
      "95 % percentile interval over 50 resamples of the 6 rows; of accuracy Wilson's 95 % interval of the 6 rows",
    slices: {},
  });
  expect(Object.keys(report.metrics)).toEqual(metrics);
  expect(report.per_label.map(({ label, support }) => [label, support])).toEqual([
    ['borrow', 2],
    ['card', 2],
    ['hours', 2],
  ]);
  expect(Object.keys(report.baselines['majority'] ?? {})).toEqual(['accuracy', 'macro_f1']);
  expect(progress).toMatchObject({ done: 6, total: 6 });
});

test('six of six right is no certainty', async () => {
  const { report } = await evaluated({ metrics });
  // statsmodels: proportion_confint(6, 6, method='wilson')
  expect(report.metrics['accuracy']?.low).toBeCloseTo(0.6096657, 6);
  expect(report.metrics['macro_f1']).toEqual({ value: 1 });
  expect(report.checks).toContainEqual({
    name: 'no_interval',
    message:
      '`macro_f1` has no interval: it is the same in every resample, so nothing is known of its spread',
  });
  const least = { operator: '>=', right: 0.99, at: 0.95, text: '' };
  const judged = (metric: string) => evaluate.judge?.({ require: { ...least, left: { metric } } }, report);
  expect(judged('accuracy')).toMatchObject({
    held: false,
    detail: 'accuracy is 1, the difference is -0.3803 to 0.01 at 95 %',
  });
  expect(judged('macro_f1')).toMatchObject({
    held: false,
    detail: 'there is no interval to judge by: every resample of the rows gives the same figure',
  });
});

describe('rows that belong together are resampled together', () => {
  const wrong: Row[] = testing.map(([text, label], i) => [text, i < 3 ? 'hours' : label]);

  test('by their group', async () => {
    const alone = datasetOf(wrong);
    const on = datasetOf(wrong, { columns: { desk: ['a', 'a', 'a', 'b', 'b', 'b'] } });
    const options = { metrics: ['accuracy'], bootstrap: 200 };
    const grouped = await evaluated(options, { ...on, roles: { ...on.roles, group: 'desk' } });
    // one desk has all right and the other one of three: the draws are either twice, or both
    const { value = NaN, low = NaN, high = NaN } = grouped.report.metrics['accuracy'] ?? {};
    expect(value).toBeCloseTo(2 / 3, 12);
    expect(low).toBeCloseTo(1 / 3, 12);
    expect(high).toBe(1);
    expect(grouped.report.interval).toBe(
      '95 % percentile interval over 200 resamples of the 2 groups of rows (`desk`)',
    );
    expect((await evaluated(options, alone)).report.interval).toBe("Wilson's 95 % interval of the 6 rows");
  });

  test('by equal texts', async () => {
    const { report } = await evaluated({}, datasetOf([...wrong, ...wrong]));
    expect(report.interval).toBe('95 % percentile interval over 50 resamples of the 6 different texts');
  });
});

test('no resamples, no intervals', async () => {
  const { report } = await evaluated({ metrics: ['accuracy'], bootstrap: 0 });
  expect(report.metrics).toEqual({ accuracy: { value: 1 } });
  expect(report.checks.map(({ name }) => name)).not.toContain('no_interval');
});

test('the frozen probe is the logistic head, and the report says where they are the same', async () => {
  const own = await evaluated({ metrics });
  const other = await evaluated({ metrics }, undefined, { method: ridge });
  const { nll } = own.report.metrics;
  expect(own.report.checks.map(({ name }) => name)).toContain('frozen_probe');
  expect(other.report.checks.map(({ name }) => name)).not.toContain('frozen_probe');
  expect(other.report.baselines['frozen_probe']?.['nll']).toBeCloseTo(nll?.value ?? NaN, 10);
  expect(other.report.metrics['nll']?.value).not.toBeCloseTo(nll?.value ?? NaN, 3);
});

test('rows times labels may be more than a call has arguments', async () => {
  const labels = Array.from({ length: 70 }, (_, i) => `kind ${i}`);
  const rows = (texts: number): Row[] =>
    labels.flatMap((label, i) => Array.from({ length: texts }, (_, k): Row => [`word${i} ${k}`, label]));
  const settings = { method: ridge };
  const asked = datasetOf(rows(30).map(([text, label]): Row => [`${text} again`, label]));
  const { report } = await evaluated({ metrics: ['accuracy'], bootstrap: 0 }, asked, {
    ...settings,
    support: datasetOf(rows(2)),
  });
  expect(report.metrics['accuracy']?.value).toBeGreaterThan(0.5);
});

test('the predictions of every row are a table', async () => {
  const { artifact } = await evaluated();
  const bytes = await artifact.read('predictions.parquet');
  const rows = await parquetReadObjects({ file: bytes.buffer });
  expect(rows.map(({ row, text, label, predicted }): unknown[] => [row, text, label, predicted])).toEqual(
    testing.map(([text, label], i) => [i, text, label, label]),
  );
  for (const { probability, probabilities } of rows) {
    const list = probabilities as number[];
    expect(list.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    expect(probability).toBe(Math.max(...list));
  }
});

test('neither the order of the rows nor repeated runs change a figure', async () => {
  const forwards = await evaluated({ metrics, bootstrap: 0 });
  const backwards = await evaluated({ metrics, bootstrap: 0 }, datasetOf([...testing].reverse()));
  for (const name of metrics)
    expect(backwards.report.metrics[name]?.value).toBeCloseTo(
      forwards.report.metrics[name]?.value ?? NaN,
      12,
    );
  expect((await evaluated()).artifact.digest).toBe((await evaluated()).artifact.digest);
});

describe('rows the model was fitted on', () => {
  const seen: Row = ['  i have LOST my   library card', 'card'];
  const on = datasetOf([...testing, seen]);

  test('are refused, naming them', async () => {
    expect(await failure(evaluated({}, on))).toBe(
      'step:on overlap: 1 of the 7 rows is among those the model was fitted on: " i have LOST my library card" (row 6)',
    );
  });

  test('are dropped when asked, and the report says so', async () => {
    const { report } = await evaluated({ overlap: 'drop' }, on);
    expect(report.rows).toBe(6);
    expect(report.checks).toContainEqual({
      name: 'overlap',
      message: '1 of 7 rows were left out: the model was fitted on them',
    });
  });

  test('include those that only copies of were learnt', async () => {
    const copied = datasetOf(training, {
      columns: { [originalColumn]: training.map((_, i) => (i === 0 ? testing[0][0] : null)) },
    });
    expect(await failure(evaluated({}, undefined, { support: copied }))).toContain('1 of the 6 rows');
  });

  test('are kept where the program says why, and the report says how many and which', async () => {
    const { report } = await evaluated({ overlap: 'keep' }, on);
    expect(report.rows).toBe(7);
    expect(report.checks).toContainEqual({
      name: 'overlap',
      message:
        '1 of the 7 rows is among those the model was fitted on, and was kept: " i have LOST my library card" (row 6)',
    });
    const words = 'overlap leak overlap: `overlap: keep` measures on rows that the model was fitted on';
    const known = { options: { overlap: 'keep' }, inputs: {} };
    expect(check(evaluate, known).problems).toBe(words);
  });

  test('leave nothing to measure when they are all', async () => {
    expect(await failure(evaluated({ overlap: 'drop' }, datasetOf(training)))).toContain('leaves none');
  });
});

describe('rows the model was selected with', () => {
  const chosen = datasetOf([...testing.slice(0, 3), training[0]], {
    source: Int32Array.from([100, 101, 102, 0]),
  });

  test('make the report optimistic, and count in its label budget', async () => {
    const inputs = {
      model: ngrams(),
      from: await datasetArtifact(datasetOf(training)),
      validation: await datasetArtifact(chosen),
    };
    const model = (await run(fineTune, { inputs })).artifact;
    const on = await datasetArtifact(datasetOf(testing));
    const { artifact } = await run(evaluate, { options: { bootstrap: 0 }, inputs: { model, on } });
    const report = (await json(artifact, 'report.json')) as EvaluationReport;
    expect(report.checks).toContainEqual({
      name: 'optimistic',
      message: '3 of the 6 rows helped to choose or to calibrate the model, so the figures are optimistic',
    });
    expect(report).toMatchObject({ labels_used: 15, label_budget: { fitted: 12, selected: 3 } });
  });

  test('are told of beside those it was fitted on', async () => {
    const inputs = {
      model: ngrams(),
      from: await datasetArtifact(datasetOf(training)),
      validation: await datasetArtifact(chosen),
    };
    const model = (await run(fineTune, { inputs })).artifact;
    const on = await datasetArtifact(datasetOf([...testing, training[0], training[7]]));
    expect(await failure(run(evaluate, { inputs: { model, on } }))).toContain('2 of the 8 rows are among');
    const options = { bootstrap: 0, overlap: 'drop' };
    const { artifact } = await run(evaluate, { options, inputs: { model, on } });
    const { checks } = (await json(artifact, 'report.json')) as EvaluationReport;
    const messages = checks.map(({ message }) => message).join('\n');
    expect(messages).toContain('2 of 8 rows were left out');
    expect(messages).toContain('3 of the 6 rows helped to choose');
  });
});

test('unlabelled rows that were learnt from cost no label, and are not measured on', async () => {
  const { output, files } = collectingOutput();
  const from = await datasetArtifact(datasetOf(training));
  const model = (await run(fineTune, { inputs: { model: ngrams(), from } })).artifact;
  const pool = withoutLabels(datasetOf(testing.slice(0, 2)));
  await writeConsumingMore(output, model, await consumedRows(pool, 'fitted'));
  const on = await datasetArtifact(datasetOf(testing));
  const inputs = { model: artifactOf('model', files), on };
  expect(await failure(run(evaluate, { inputs }))).toContain('2 of the 6 rows are among');
  const { artifact } = await run(evaluate, { options: { overlap: 'drop' }, inputs });
  expect(await json(artifact, 'report.json')).toMatchObject({ rows: 4, labels_used: 12 });
});

test('reports say which rows they are of, whatever their order', async () => {
  const { report } = await evaluated();
  const digests = ({ report: { rows_digest, training_digest } }: { report: EvaluationReport }) => [
    rows_digest,
    training_digest,
  ];
  const [on, by] = digests({ report });
  const support = datasetOf([...training].reverse());
  expect(digests(await evaluated({}, datasetOf([...testing].reverse()), { support }))).toEqual([on, by]);
  const fewer = await evaluated({}, datasetOf(testing.slice(1)), { support: datasetOf(training.slice(1)) });
  expect(digests(fewer)[0]).not.toBe(on);
  expect(digests(fewer)[1]).not.toBe(by);
  const copied = datasetOf([...training, ['a copy of the first', training[0][1]]], {
    columns: { [originalColumn]: [...training.map(() => null), training[0][0]] },
  });
  expect(digests(await evaluated({}, undefined, { support: copied }))).toEqual([on, by]);
});

test('a label the model has never seen is refused', async () => {
  expect(await failure(evaluated({}, datasetOf([...testing, ['It is too loud', 'noise']])))).toBe(
    'step:on unknown-label: the rows have the label `noise`, which the model has never seen',
  );
});

test('labels may come in another order, or be more than the rows have', async () => {
  const on = datasetOf(testing.slice(0, 4), { labels: ['hours', 'noise', 'borrow', 'card'] });
  const { report } = await evaluated({}, on);
  expect(report.metrics['accuracy']?.value).toBe(1);
});

test('what to be wary of', async () => {
  const rows: Row[] = [
    ['lend me this', 'borrow'],
    ['Lend me  this', 'borrow'],
    ['lend me THIS', 'card'],
    ...Array.from({ length: 27 }, (_, i): Row => [
      `borrow this book number ${i}`,
      i % 2 ? 'borrow' : 'hours',
    ]),
  ];
  const { report } = await evaluated({ metrics: ['accuracy'] }, datasetOf(rows));
  expect(report.checks.slice(0, 3)).toEqual([
    {
      name: 'collapse',
      message: '100 % of the rows were given the label `borrow`, though 50 % have it',
    },
    { name: 'duplicates', message: '2 of 30 rows repeat the text of another one and count twice' },
    {
      name: 'contradictions',
      message: '1 of 30 rows repeat the text of another one with another label: no model can have both right',
    },
  ]);
});

test('a metric that the rows do not define is left out, and named', async () => {
  const { report } = await evaluated({ metrics: ['accuracy', 'auroc'] }, datasetOf(testing.slice(0, 2)));
  expect(Object.keys(report.metrics)).toEqual(['accuracy']);
  expect(report.checks).toContainEqual({
    name: 'undefined_metric',
    message: '`auroc` has no value on these rows',
  });
});

test('slices give the metrics by the values of a column', async () => {
  const on = datasetOf(testing, { columns: { desk: ['b', 'a', 'b', 'a', 'b', null] } });
  const { report } = await evaluated({ metrics: ['accuracy'], slices: ['desk'] }, on);
  expect(report.slices).toEqual({
    desk: [
      { value: 'a', rows: 2, metrics: { accuracy: 1 } },
      { value: 'b', rows: 3, metrics: { accuracy: 1 } },
      { value: 'null', rows: 1, metrics: { accuracy: 1 } },
    ],
  });
});

test('an encoder is no classifier', async () => {
  const on = await datasetArtifact(datasetOf(testing));
  expect(await failure(run(evaluate, { inputs: { model: ngrams(), on } }))).toBe(
    'step:model needs-classifier: this model gives vectors, not labels',
  );
});

describe('require', () => {
  const requirement = (more: object) => ({
    left: { metric: 'accuracy' },
    operator: '>=',
    right: 0.9,
    text: 'accuracy >= 0.9',
    ...more,
  });
  const report = {
    type: 'evaluation',
    metrics: { accuracy: { value: 0.9, low: 0.8, high: 0.95 }, mcc: { value: 0.7 } },
    baselines: { majority: { accuracy: 0.5 } },
  } as unknown as EvaluationReport; // what a requirement reads

  test.each([
    [requirement({}), true, 'accuracy is 0.9'],
    [requirement({ operator: '>' }), false, 'accuracy is 0.9'],
    [requirement({ right: 0.8, by: 0.1 }), true, 'accuracy is 0.9'],
    [requirement({ at: 0.95 }), false, 'accuracy is 0.9, the difference is -0.1 to 0.05 at 95 %'],
    [requirement({ right: 0.75, at: 0.95 }), true, 'accuracy is 0.9, the difference is 0.05 to 0.2 at 95 %'],
    [
      requirement({ operator: '<', right: 0.96, at: 0.95 }),
      true,
      'accuracy is 0.9, the difference is -0.16 to -0.01 at 95 %',
    ],
    [
      requirement({ right: { of: 'majority', metric: 'accuracy' }, by: 0.3 }),
      true,
      'accuracy is 0.9, majority.accuracy is 0.5',
    ],
    [requirement({ left: 0.8, operator: '<', right: { metric: 'accuracy' } }), true, 'accuracy is 0.9'],
    [requirement({ left: { metric: 'ece' } }), false, 'the report has no figure for `ece`'],
  ])('%j', (require, held, detail) => {
    expect(evaluate.judge?.({ require }, report)).toEqual({ text: 'accuracy >= 0.9', held, detail });
  });

  test('nothing is judged where nothing is required', () => {
    expect(evaluate.judge?.({ require: undefined }, report)).toBe(undefined);
  });

  test.each([
    [{ left: { metric: 'nll' } }, 'require wrong-type: `nll` is not measured here: add it to `metrics`'],
    [
      { right: { of: 'other', metric: 'accuracy' } },
      'require wrong-type: `other` is not part of this report: its own metrics have no prefix, and the baselines are `majority` and `frozen_probe`',
    ],
    [
      { at: 0.9 },
      'require wrong-type: reports keep 95 % intervals, so a requirement can be judged `at 95%` only',
    ],
    [{ operator: '==', by: 0.1 }, 'require wrong-type: `by` and `at` go with `<`, `<=`, `>` and `>=`'],
    [
      { left: { of: 'majority', metric: 'accuracy' }, at: 0.95 },
      'require wrong-type: the baselines have no interval, so `at` cannot be judged',
    ],
  ])('%j is refused', (more, expected) => {
    expect(check(evaluate, { options: { require: requirement(more) }, inputs: {} }).problems).toBe(expected);
  });

  test('an interval cannot be asked for without resamples', () => {
    const options = { bootstrap: 0, require: requirement({ at: 0.95 }) };
    expect(check(evaluate, { options, inputs: {} }).problems).toBe(
      'require wrong-type: `bootstrap: 0` makes no intervals, so `at` cannot be judged: leave one of them out',
    );
    expect(
      check(evaluate, { options: { bootstrap: 0, require: requirement({}) }, inputs: {} }).problems,
    ).toBe('');
  });
});

test('what is known before anything runs', () => {
  const on = {
    type: 'dataset',
    columns: ['text', 'label'],
    rows: 3,
    labelled: true,
    labels: [
      { name: 'x', rows: 2 },
      { name: 'y', rows: 1 },
      { name: 'z', rows: 0 },
    ],
    partition: 'test',
  } as const;
  const model = { type: 'model', capability: 'classifier', labels: ['x', 'w'] } as const;
  const { problems, outputs } = check(evaluate, {
    options: { metrics: ['mcc'], slices: ['desk'] },
    inputs: { on, model },
  });
  expect(problems).toBe(
    'on unknown-label: the rows have the label `y`, which the model has never seen\n' +
      'slices unknown-column: the data has no column `desk`',
  );
  expect(outputs).toEqual({ '': { type: 'report', about: 'evaluation', metrics: ['mcc'] } });
});
