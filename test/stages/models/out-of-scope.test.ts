import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { evaluationText } from '../../../src/runtime/report/evaluation-text.ts';
import { paint } from '../../../src/runtime/report/paint.ts';
import type { StaticDataset, StaticModel } from '../../../src/stages/artifact.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { cutByScope, scopeFigures } from '../../../src/stages/out-of-scope.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { testing, training } from './messages.ts';
import {
  check,
  datasetArtifact,
  datasetOf,
  failure,
  gentleHead,
  json,
  ngrams,
  run,
  type Row,
} from './rig.ts';

const strangers: readonly Row[] = ['zzz qqq xxx', '7 7 7 7', 'wibble wobble', 'kjhgf'].map((text) => [
  text,
  'NONE',
]);
const on = datasetOf([...strangers.slice(0, 2), ...testing, ...strangers.slice(2)]);

async function evaluated(options: Readonly<Record<string, unknown>>, rows = on, calibrated = false) {
  const from = await datasetArtifact(datasetOf(training));
  const fitting = { options: { method: gentleHead }, inputs: { model: ngrams(), from } };
  const model = (await run(fineTune, fitting)).artifact;
  const ran = await run(evaluate, {
    options: { bootstrap: 50, out_of_scope: 'NONE', ...options },
    inputs: {
      model,
      on: await datasetArtifact(rows),
      ...(calibrated && {
        calibrate_on: await datasetArtifact(datasetOf(testing.map(([a, b]) => [`${a} please`, b]))),
      }),
    },
  });
  const file = (await ran.artifact.read('predictions.parquet')).buffer;
  return {
    report: (await json(ran.artifact, 'report.json')) as EvaluationReport,
    predictions: await parquetReadObjects({ file }),
  };
}

test('rows out of scope change nothing but the figures of them', async () => {
  const { report } = await evaluated({});
  const alone = await evaluated({ out_of_scope: undefined }, datasetOf(testing));
  expect(report.out_of_scope).toEqual({ label: 'NONE', rows: 4 });
  const { oos_auroc: auroc, ...others } = report.metrics;
  expect(others).toEqual(alone.report.metrics);
  expect(auroc?.value).toBe(1);
  expect(report.rows).toBe(6);
  expect(report.per_label).toEqual(alone.report.per_label);
  expect(report.rows_digest).toBe(alone.report.rows_digest);
});

test('with `abstain` it is counted which rows went without an answer', async () => {
  const { report, predictions } = await evaluated({ abstain: 0.36 });
  const silent = predictions.filter(({ abstained }) => abstained === true);
  const quiet = silent.filter(({ label }) => label === 'NONE').length;
  expect(quiet).toBeGreaterThan(0);
  expect(report.out_of_scope).toEqual({ label: 'NONE', rows: 4, abstained: quiet });
  const inside = predictions.filter(({ label }) => label !== 'NONE');
  const right = inside.filter((row) => row['abstained'] === false && row['label'] === row['predicted']);
  expect(report.metrics).toMatchObject({
    oos_recall: { value: quiet / 4 },
    oos_precision: { value: quiet / silent.length },
    open_accuracy: { value: (right.length + quiet) / 10 },
  });
  expect(report.baselines).toMatchObject({ majority: { open_accuracy: 0.4 } });
  expect(predictions).toHaveLength(10);
  expect(predictions.slice(6).map((row) => String(row['label']))).toEqual(['NONE', 'NONE', 'NONE', 'NONE']);
  expect(predictions.slice(6).map((row) => String(row['text']))).toEqual(strangers.map(([text]) => text));
  expect(evaluationText(report, [], paint(false))).toContain(
    `4 rows more out of scope (\`NONE\`), ${quiet} of them without an answer`,
  );
});

test('they are calibrated at the temperature of the others', async () => {
  const { report, predictions } = await evaluated({}, on, true);
  const plain = await evaluated({});
  const power = 1 / (report.calibration?.temperature ?? NaN);
  const raised = (values: readonly number[]) => values.map((value) => value ** power);
  const before = raised(plain.predictions[8]?.['probabilities'] as readonly number[]);
  const sum = before.reduce((all, one) => all + one, 0);
  (predictions[8]?.['probabilities'] as readonly number[]).forEach((value, i) =>
    expect(value).toBeCloseTo((before[i] ?? NaN) / sum, 9),
  );
});

test('the figures by hand, of four rows', async () => {
  const rows = cutByScope(datasetOf([['a', 'x'], ['b', 'y'], ['c', 'none'], ['d', 'none']]), 'none'); // prettier-ignore
  expect(rows.inside.labels).toEqual(['x', 'y']);
  const figures = await scopeFigures({
    rows,
    measurement: {
      labels: ['x', 'y'],
      truth: Int32Array.of(0, 1),
      predicted: Int32Array.of(0, 0),
      probabilities: Float64Array.of(0.9, 0.1, 0.7, 0.3),
    },
    outside: Float64Array.of(0.2, 0.8, 0.45, 0.55),
    threshold: 0.75,
    draws: 0,
    random: createRandom(0, 'test'),
  });
  // Surer of 0.9 than of both outside, of 0.7 than of one of two: 3 of 4 pairs. Answered: 0.9 rightly, 0.8 though outside.
  expect(figures).toEqual({
    oos_auroc: { value: 0.75 },
    oos_recall: { value: 0.5 },
    oos_precision: { value: 0.5 },
    open_accuracy: { value: 0.5 },
  });
});

const known: StaticDataset = {
  type: 'dataset',
  columns: undefined,
  rows: undefined,
  labelled: true,
  multi_label: false,
  labels: ['NONE', 'card', 'hours'].map((name) => ({ name, rows: 2 })),
  partition: 'test',
};
const model: StaticModel = { type: 'model', capability: 'classifier', labels: ['card', 'hours'] };

describe('before anything runs', () => {
  const told = (options: Readonly<Record<string, unknown>>, of = model): string =>
    check(evaluate, { options, inputs: { model: of, on: known } }).problems;

  test('such rows are no unknown labels', () => {
    expect(told({})).toMatch(/^on unknown-label: /);
    expect(told({ out_of_scope: 'NONE' })).toBe('');
  });

  test('a label that no row has, or that the model knows', () => {
    expect(told({ out_of_scope: 'none' })).toBe(
      'on unknown-label: the rows have the label `NONE`, which the model has never seen\n' +
        'out_of_scope unknown-label: no row has the label `none`',
    );
    expect(told({ out_of_scope: 'NONE' }, { ...model, labels: ['NONE', 'card', 'hours'] })).toBe(
      'out_of_scope wrong-type: the model knows the label `NONE`, so its rows are not out of scope',
    );
  });

  test('figures that go with an option need it', () => {
    const require = (metric: string) => ({
      operator: '>',
      left: { metric },
      right: 0.5,
      by: undefined,
      at: undefined,
      text: '',
    });
    expect(told({ require: require('oos_auroc') })).toContain('name theirs with `out_of_scope: "…"`');
    expect(told({ out_of_scope: 'NONE', require: require('oos_recall') })).toContain('add `abstain: 0.6`');
    expect(told({ out_of_scope: 'NONE', require: require('oos_auroc') })).toBe('');
  });
});

test('rows that are all out of scope are no rows to measure labels on', async () => {
  expect(await failure(evaluated({}, datasetOf(strangers)))).toMatch('step:out_of_scope empty-data');
  expect(await failure(evaluated({}, datasetOf(testing)))).toMatch('step:out_of_scope unknown-label');
});
