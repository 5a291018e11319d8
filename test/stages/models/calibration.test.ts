import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { mostProbable } from '../../../src/learning/heads/probabilities.ts';
import { nll } from '../../../src/learning/metrics/probability-scores.ts';
import { fitTemperature } from '../../../src/learning/temperature.ts';
import { withoutLabels, type Dataset } from '../../../src/stages/dataset.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
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

const metrics = ['accuracy', 'ece', 'nll'];

/** Rows that are neither learnt nor measured, two of them with the label of another. */
const between: readonly Row[] = [
  ['May I borrow a cookery book', 'borrow'],
  ['Please lend me both volumes', 'borrow'],
  ['When does the library open on Friday', 'hours'],
  ['Are you open on holidays', 'card'],
  ['My library card is broken', 'card'],
  ['The new card has not come', 'borrow'],
];
const calibrating = datasetOf(between, { source: Int32Array.from(between, (_, i) => 50 + i) });

async function evaluated(
  options: Readonly<Record<string, unknown>>,
  calibrate_on?: Dataset,
  { on = datasetOf(testing), method = gentleHead }: { readonly on?: Dataset; readonly method?: object } = {},
) {
  const from = await datasetArtifact(datasetOf(training));
  const fitting = { options: { method }, inputs: { model: ngrams(), from } };
  const model = (await run(fineTune, fitting)).artifact;
  const { artifact } = await run(evaluate, {
    options: { bootstrap: 50, metrics, ...options },
    inputs: {
      model,
      on: await datasetArtifact(on),
      ...(calibrate_on !== undefined && { calibrate_on: await datasetArtifact(calibrate_on) }),
    },
  });
  const { buffer } = await artifact.read('predictions.parquet');
  const rows = await parquetReadObjects({ file: buffer });
  return { report: (await json(artifact, 'report.json')) as EvaluationReport, rows };
}

const probabilitiesOf = (rows: readonly Record<string, unknown>[]) =>
  Float64Array.from(rows.flatMap(({ probabilities }) => probabilities as number[]));

describe('calibrate_on', () => {
  test('finds the temperature of the lowest loss, and measures with it', async () => {
    const plain = await evaluated({});
    const aside = await evaluated({}, undefined, { on: calibrating });
    const { report, rows } = await evaluated({}, calibrating);
    const truth = Int32Array.from(between, ([, label]) => ['borrow', 'card', 'hours'].indexOf(label));
    const fitted = fitTemperature(probabilitiesOf(aside.rows), truth, 3);
    if (report.calibration === undefined) throw new Error('not calibrated');
    const { temperature, before, after } = report.calibration;
    expect(temperature).toBeCloseTo(fitted, 10);
    expect(temperature).toBeLessThan(0.8); // the penalty of the head keeps it from being as sure as it could be
    expect(before.nll).toBe(plain.report.metrics['nll']?.value);
    expect(before.ece).toBe(plain.report.metrics['ece']?.value);
    expect(after).toEqual({ ece: report.metrics['ece']?.value, nll: report.metrics['nll']?.value });
    expect(after.nll).toBeLessThan(before.nll);
    const probabilities = probabilitiesOf(rows);
    expect(mostProbable(probabilities, 3)).toEqual(mostProbable(probabilitiesOf(plain.rows), 3));
    const labels = Int32Array.from(testing, ([, label]) => ['borrow', 'card', 'hours'].indexOf(label));
    expect(nll({ yTrue: labels, labels: 3, probabilities })()).toBeCloseTo(after.nll, 12);
  });

  test('costs labels', async () => {
    const { report } = await evaluated({}, calibrating);
    expect(report).toMatchObject({ labels_used: 18, label_budget: { fitted: 12, selected: 6 } });
  });

  test('the frozen probe is calibrated on the same rows', async () => {
    const probe = { ...gentleHead, arguments: { ...gentleHead.arguments, c: undefined } };
    const own = await evaluated({}, calibrating, { method: probe });
    const method = { name: 'prototype', arguments: { distance: 'cosine', temperature: 0.1 } };
    const other = await evaluated({}, calibrating, { method });
    expect(other.report.baselines['frozen_probe']?.['nll']).toBeCloseTo(
      own.report.metrics['nll']?.value ?? NaN,
      10,
    );
    expect(other.report.calibration?.temperature).not.toBeCloseTo(
      own.report.calibration?.temperature ?? NaN,
      2,
    );
  });

  test('rows that are measured as well make the report optimistic', async () => {
    const { report } = await evaluated({}, datasetOf([...between, testing[0]]));
    expect(report.checks.map(({ message }) => message)).toContain(
      '1 of the 6 rows helped to choose or to calibrate the model, so the figures are optimistic',
    );
  });

  test('rows that were learnt are said to be', async () => {
    const { report } = await evaluated({}, datasetOf([...between, training[3]]));
    expect(report.checks).toContainEqual({
      name: 'calibration',
      message:
        '1 of the 7 calibration rows is among those the model was fitted on, where it is surer than elsewhere',
    });
    expect(report.label_budget).toEqual({ fitted: 12, selected: 7 });
  });

  test('a few rows without an error do not make the model sure beyond measure', async () => {
    const { report } = await evaluated({}, datasetOf(between.slice(0, 3)));
    const { temperature = NaN, rows } = report.calibration ?? {};
    expect(rows).toBe(3);
    expect(temperature).toBeGreaterThan(0.2);
    expect(temperature).toBeLessThan(0.5);
  });

  test.each([
    [
      withoutLabels(calibrating),
      'step:calibrate_on needs-labels: `evaluate` compares probabilities with labels, and these rows have none',
    ],
    [
      datasetOf([['It is loud', 'noise']]),
      'step:calibrate_on unknown-label: the rows have the label `noise`, which the model has never seen',
    ],
  ])('rows without labels that the model knows are refused', async (rows, expected) => {
    expect(await failure(evaluated({}, rows))).toBe(expected);
  });

  test('before anything runs', () => {
    const rows = { type: 'dataset', columns: ['text'], rows: 3, labelled: false, labels: undefined, partition: 'validation' } as const; // prettier-ignore
    const model = { type: 'model', capability: 'classifier', labels: ['x', 'y'] } as const;
    const problems = (more: object) =>
      check(evaluate, { inputs: { model, calibrate_on: { ...rows, ...more } } }).problems;
    expect(problems({})).toBe(
      'calibrate_on needs-labels: `calibrate_on` compares probabilities with labels, and these rows have none',
    );
    expect(problems({ labelled: true, labels: [{ name: 'z', rows: 3 }] })).toBe(
      'calibrate_on unknown-label: the rows have the label `z`, which the model has never seen',
    );
    expect(problems({ labelled: true, labels: [{ name: 'x', rows: 3 }] })).toBe('');
  });
});

describe('abstain', () => {
  test('tells of the rows that were answered, and leaves the other figures alone', async () => {
    const plain = await evaluated({});
    const ranked = [...plain.rows].sort((a, b) => Number(b['probability']) - Number(a['probability']));
    const threshold = Number(ranked[3]?.['probability']); // the fourth is answered, the fifth is not
    const { report, rows } = await evaluated({ abstain: threshold });
    expect(report.abstention).toEqual({ threshold, answered: 4, abstained: 2 });
    const { coverage, selective_accuracy, ...others } = report.metrics;
    expect(others).toEqual(plain.report.metrics);
    expect(coverage?.value).toBeCloseTo(4 / 6, 12);
    // scipy: binomtest(4, 6).proportion_ci(method='wilson'), binomtest(4, 4).proportion_ci(method='wilson')
    expect(coverage?.low).toBeCloseTo(0.2999933, 6);
    expect(coverage?.high).toBeCloseTo(0.9032286, 6);
    expect(selective_accuracy).toMatchObject({ value: 1, high: 1 });
    expect(selective_accuracy?.low).toBeCloseTo(0.5101092, 6);
    for (const row of rows) expect(row['abstained']).toBe(Number(row['probability']) < threshold);
  });

  test('rows of one text are resampled together', async () => {
    const on = datasetOf([...testing, ...testing]);
    const { report } = await evaluated({ abstain: 0.45 }, undefined, { on });
    const { coverage } = report.metrics;
    expect(coverage?.high ?? NaN).toBeLessThanOrEqual(1);
    expect(coverage?.low).not.toBeCloseTo(0.6, 1);
  });

  test('of nothing answered there is no accuracy', async () => {
    const { report } = await evaluated({ abstain: 1 });
    expect(report.abstention).toMatchObject({ answered: 0, abstained: 6 });
    expect(Object.keys(report.metrics)).toEqual([...metrics, 'coverage']);
    expect(report.checks.map(({ message }) => message)).toContain(
      'no row was answered: no label is ever probable enough',
    );
  });

  test('a label that is never answered is named', async () => {
    const plain = await evaluated({});
    const sure = (label: string) =>
      Math.max(
        ...plain.rows.filter((row) => row['label'] === label).map((row) => Number(row['probability'])),
      );
    const [unsure] = ['borrow', 'card', 'hours'].sort((a, b) => sure(a) - sure(b));
    const { report } = await evaluated({ abstain: sure(unsure ?? '') + 1e-9 });
    expect(report.checks.map(({ message }) => message)).toContain(
      `no row that has the label \`${unsure}\` was answered`,
    );
  });

  test('goes by the calibrated probabilities', async () => {
    const plain = await evaluated({ abstain: 0.6 });
    const { report } = await evaluated({ abstain: 0.6 }, calibrating);
    expect(report.abstention?.answered).toBeGreaterThan(plain.report.abstention?.answered ?? 6);
  });

  test('requirements and comparisons may go by it', async () => {
    const { report } = await evaluated({ abstain: 0.1 });
    const least = { left: { metric: 'selective_accuracy' }, operator: '>=', right: 0.9, text: '' };
    expect(evaluate.judge?.({ require: least }, report)).toMatchObject({ held: true });
    const known = (options: object) =>
      check(evaluate, { options: { require: least, ...options }, inputs: {} });
    expect(known({ abstain: 0.6 }).problems).toBe('');
    expect(known({}).problems).toBe(
      'require wrong-type: `selective_accuracy` is measured where rows may be left without an answer: add `abstain: 0.6`',
    );
    expect(known({ abstain: 0.6, metrics: ['mcc'] }).outputs['']).toEqual({
      type: 'report',
      about: 'evaluation',
      metrics: ['mcc', 'coverage', 'selective_accuracy'],
    });
  });
});
