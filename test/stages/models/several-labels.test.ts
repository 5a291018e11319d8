import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { evaluationText } from '../../../src/runtime/report/evaluation-text.ts';
import { paint as paintWith } from '../../../src/runtime/report/paint.ts';
import { predictionsOf, predictionsText } from '../../../src/runtime/report/prediction-text.ts';
import { reportJson } from '../../../src/runtime/report/report-json.ts';
import type { Artifact, StaticDataset, StaticModel } from '../../../src/stages/artifact.ts';
import { augment } from '../../../src/stages/augment.ts';
import { compare } from '../../../src/stages/compare.ts';
import { readDataset } from '../../../src/stages/dataset-file.ts';
import type { Column, Dataset } from '../../../src/stages/dataset.ts';
import { distill } from '../../../src/stages/distill.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { predict } from '../../../src/stages/predict.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { bestThreshold } from '../../../src/stages/several-labels-head.ts';
import { check, datasetArtifact, datasetOf, failure, json, ngrams, run, textsOnly } from './rig.ts';

type Row = readonly [text: string, labels: readonly string[]];

const things = ['book', 'card', 'room'] as const;
const acts = ['lost', 'renew'] as const;

/** Every thing with every act, each thing alone, and neither. */
function rowsOf(words: readonly string[]): readonly Row[] {
  return words.flatMap((word): Row[] => [
    ...things.flatMap((thing) =>
      acts.map((act): Row => [`${word} ${act} the ${thing} of mine`, [act, thing]]),
    ),
    ...things.map((thing): Row => [`${word} where is the ${thing}`, [thing]]),
    [`${word} good morning to you`, []],
  ]);
}

const labels = ['book', 'card', 'lost', 'renew', 'room'];

function severalOf(rows: readonly Row[], names: readonly string[] = labels): Dataset {
  const columns: readonly (readonly [string, Column])[] = [
    ['text', rows.map(([text]) => text)],
    ['label', rows.map(([, own]) => own)],
    ['half', rows.map((_, i) => (i % 2 === 0 ? 'even' : 'odd'))],
  ];
  return {
    ...datasetOf([]),
    rows: rows.length,
    columns: new Map(columns),
    labels: names,
    multiLabel: true,
    source: Int32Array.from(rows.keys()),
  };
}

const training = severalOf(rowsOf(['please', 'hello', 'sorry', 'well']));
const testing = severalOf(rowsOf(['today', 'again']));

const head = (kind: string, c?: number | 'auto') => ({
  name: 'head',
  arguments: { kind, c, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' },
});

async function fitted(options: Readonly<Record<string, unknown>> = {}, rows = training) {
  return run(fineTune, {
    options: { method: head('svm'), ...options },
    inputs: { model: ngrams(), from: await datasetArtifact(rows) },
  });
}

async function evaluated(model: Artifact, options: Readonly<Record<string, unknown>> = {}, on = testing) {
  const ran = await run(evaluate, {
    options: { bootstrap: 50, ...options },
    inputs: { model, on: await datasetArtifact(on) },
  });
  const file = (await ran.artifact.read('predictions.parquet')).buffer;
  return {
    report: (await json(ran.artifact, 'report.json')) as EvaluationReport,
    predictions: await parquetReadObjects({ file }),
  };
}

const valueOf = ({ metrics }: EvaluationReport, name: string): number => metrics[name]?.value ?? NaN;

describe.each(['logistic', 'svm', 'ridge'])('head(kind: %s)', (kind) => {
  test('learns which labels a text has, and chooses from which probability on they are given', async () => {
    const { artifact, notes } = await fitted({ method: head(kind) });
    const { report } = await evaluated(artifact);
    expect(valueOf(report, 'micro_f1')).toBeGreaterThan(0.9);
    expect(valueOf(report, 'average_precision')).toBeGreaterThan(0.95);
    expect(notes.join('\n')).toMatch(/^labels are given from a probability of 0\.\d+ on/);
  });
});

test('equal rows give equal bytes; a label budget counts a row once', async () => {
  const { artifact } = await fitted();
  expect((await fitted()).artifact.digest).toBe(artifact.digest);
  expect((await evaluated(artifact)).report).toMatchObject({
    labels_used: training.rows,
    label_budget: { fitted: training.rows, selected: 0 },
  });
});

test('shuffled labels teach nothing', async () => {
  const own = training.columns.get('label') ?? [];
  const turned = own.map((_, i) => own[(i * 7) % own.length] ?? []);
  const shuffled = { ...training, columns: new Map(training.columns).set('label', turned) };
  const right = (await evaluated((await fitted()).artifact)).report;
  const { report } = await evaluated((await fitted({}, shuffled)).artifact);
  expect(valueOf(report, 'average_precision')).toBeLessThan(valueOf(right, 'average_precision') - 0.3);
});

test('labels of every row or of none are told, and given always or never', async () => {
  const rows = rowsOf(['please', 'hello', 'sorry']).map(([text, own]): Row => [text, [...own, 'all']]);
  const names = ['all', ...labels, 'none'];
  const { artifact, notes } = await fitted({ threshold: 0.5 }, severalOf(rows, names));
  expect(notes).toEqual([
    'no training row has the label `none`: the model never gives it',
    'every training row has the label `all`: the model always gives it',
  ]);
  const { report, predictions } = await evaluated(artifact);
  expect(report.per_label.map(({ label }) => label)).toEqual(names);
  expect(report.checks.map(({ name }) => name)).toContain('absent_labels');
  for (const { predicted } of predictions) {
    expect(predicted).toContain('all');
    expect(predicted).not.toContain('none');
  }
});

test('the threshold with the highest micro F1; of equal ones the nearest to 0.5', () => {
  const carried = Uint8Array.from([1, 0, 1, 0]);
  expect(bestThreshold(Float64Array.from([0.3, 0.1, 0.25, 0.2]), carried)).toBe(0.25);
  expect(bestThreshold(Float64Array.from([0.9, 0.1, 0.8, 0.2]), carried)).toBe(0.5);
  expect(bestThreshold(Float64Array.from([0.1, 0.9, 0.1, 0.9]), carried)).toBe(0.1);
});

test('the report has everything that has a meaning, and says what has none', async () => {
  const { artifact } = await fitted({ threshold: 0.45 });
  const { report, predictions } = await evaluated(artifact, { slices: ['half'] });
  const names = ['accuracy', 'micro_f1', 'macro_f1', 'samples_f1', 'average_precision'];
  expect(Object.keys(report.metrics)).toEqual(names);
  expect(report.confusion).toBeNull();
  expect(report.multi_label).toMatchObject({ threshold: 0.45, labels_per_row: { true: 1.5 } });
  expect(report.multi_label?.averages.micro.f1).toBeCloseTo(valueOf(report, 'micro_f1'), 12);
  expect(report.baselines['majority']).toEqual({ accuracy: 0.1, micro_f1: 0, macro_f1: 0, samples_f1: 0 });
  expect(Object.keys(report.baselines['frozen_probe'] ?? {})).toEqual(names);
  expect(Object.keys(report.slices['half']?.[0]?.metrics ?? {})).toEqual(names);
  expect(report.metrics['accuracy']?.low).toBeLessThan(valueOf(report, 'accuracy'));
  expect(predictions[0]).toMatchObject({
    row: 0,
    text: 'today lost the book of mine',
    labels: ['book', 'lost'],
  });
  expect(predictions[9]).toMatchObject({ labels: [] });
  const text = evaluationText(report, [], paintWith(false));
  expect(text).toContain('several labels a row: 1.500 on average');
  expect(text).toContain('(samples average)');
  expect(text).not.toContain('true \\ predicted');
  expect(reportJson('score', report, [])).toMatchObject({
    confusion: null,
    multi_label: { threshold: 0.45 },
  });
});

test('a model that is the frozen probe says so', async () => {
  const { report } = await evaluated((await fitted()).artifact);
  expect(report.checks.map(({ name }) => name)).toContain('frozen_probe');
  expect(report.baselines['frozen_probe']?.['micro_f1']).toBe(valueOf(report, 'micro_f1'));
});

test('no label at all, labels that are never given and repeated texts are told', async () => {
  const { artifact } = await fitted({ threshold: 0.99 });
  const { report } = await evaluated(artifact, {}, severalOf(rowsOf(['today', 'today'])));
  expect(report.checks.map(({ name, message }) => `${name}: ${message}`).slice(0, 3)).toEqual([
    'no_labels: no row was given any label, though 90 % have one: a lower `threshold` or more rows a label help',
    'never_given: no row was given the label `book`, `card`, `lost`, `renew`, `room`, though some have it',
    'duplicates: 10 of 20 rows repeat the text of another one and count twice',
  ]);
});

test('rows that were learnt from are found as elsewhere', async () => {
  const { artifact } = await fitted();
  expect(await failure(evaluated(artifact, {}, training))).toMatch('on overlap: 40 of the 40 rows');
});

test('all labels from the threshold on are predicted, with their probabilities', async () => {
  const { artifact } = await fitted();
  const from = await datasetArtifact(textsOnly(['today lost the card of mine', 'zzz']));
  const ran = await run(predict, { options: { neighbours: 1, top: 3 }, inputs: { model: artifact, from } });
  const rows = await readDataset(ran.artifact);
  expect([...rows.columns.keys()]).toEqual([
    'text',
    'predicted',
    'probability',
    ...['predicted_2', 'probability_2', 'predicted_3', 'probability_3'],
    ...['neighbour_1', 'neighbour_1_label', 'neighbour_1_similarity'],
  ]);
  const [predicted, probability] = ['predicted', 'probability'].map((name) => rows.columns.get(name) ?? []);
  expect([...(predicted?.[0] as readonly string[])].sort()).toEqual(['card', 'lost']);
  expect(probability?.[0]).toHaveLength(2);
  const asked = ['today lost the card of mine', 'zzz'];
  const shown = predictionsText(predictionsOf(rows, asked, { neighbours: 1, top: 3 }), paintWith(false));
  expect(shown).toMatch(/^(card|lost) 0\.\d+, (card|lost) 0\.\d+ {2}today lost the card of mine/);
});

const several: StaticDataset = {
  type: 'dataset',
  columns: ['text', 'label'],
  rows: 40,
  labelled: true,
  multi_label: true,
  labels: labels.map((name) => ({ name, rows: 8 })),
  partition: 'train',
};
const one: StaticDataset = { ...several, multi_label: false };
const model: StaticModel = { type: 'model', capability: 'classifier', labels, multi_label: true };
const encoder: StaticModel = { type: 'model', capability: 'encoder', labels: undefined };

describe('before anything runs', () => {
  const told = (stage: Parameters<typeof check>[0], setting: Parameters<typeof check>[1]): string =>
    check(stage, setting).problems;

  test('fine-tune', () => {
    const inputs = { model: encoder, from: several };
    expect(check(fineTune, { options: { method: head('svm') }, inputs })).toMatchObject({
      problems: '',
      outputs: { '': { labels, multi_label: true } },
    });
    expect(told(fineTune, { options: { method: head('knn') }, inputs })).toBe(
      'method not-supported: `head(kind: knn)` knows one label a row, and these rows have lists of labels',
    );
    expect(told(fineTune, { options: { threshold: 0.4 }, inputs: { ...inputs, from: one } })).toBe(
      'threshold warns option-without-effect: `threshold` changes nothing here: of one label a row the most probable one is given',
    );
    expect(told(fineTune, { inputs: { ...inputs, validation: several } })).toMatch(
      /^validation not-supported: `validation` measures rows with one label each/,
    );
  });

  test('evaluate', () => {
    const inputs = { model, on: several };
    const metrics = ['accuracy', 'micro_f1', 'macro_f1', 'samples_f1', 'average_precision'];
    expect(check(evaluate, { inputs })).toMatchObject({
      problems: '',
      outputs: { '': { multi_label: true, metrics } },
    });
    expect(told(evaluate, { options: { metrics: ['micro_f1', 'mcc', 'ece'] }, inputs })).toBe(
      'metrics not-supported: `mcc`, `ece` have no meaning for these rows, which have lists of labels',
    );
    const single = { model: { ...model, multi_label: false }, on: one };
    expect(told(evaluate, { options: { metrics: ['micro_f1'] }, inputs: single })).toBe(
      'metrics not-supported: `micro_f1` has no meaning for these rows, which have one label each',
    );
    expect(told(evaluate, { inputs: { model, on: one } })).toMatch(
      /^model not-supported: the rows have one label each/,
    );
    const calibrated = { ...inputs, calibrate_on: several };
    expect(told(evaluate, { options: { abstain: 0.6 }, inputs: calibrated })).toMatch(
      /^abstain not-supported: .*\ncalibrate_on not-supported: /,
    );
  });

  test('compare, distill, augment', () => {
    const report = (multi_label: boolean) =>
      ({ type: 'report', about: 'evaluation', metrics: ['accuracy'], multi_label }) as const;
    const many = [
      { name: 'a', static: report(true) },
      { name: 'b', static: report(false) },
    ];
    expect(told(compare, { inputs: {}, many })).toMatch(
      /^of not-supported: some of these reports are of rows with one label each/,
    );
    const inputs = { student: encoder, from: { ...several, labelled: false } };
    expect(told(distill, { inputs, many: [{ name: 'a', static: model }] })).toMatch(
      /^teacher not-supported: the teacher gives a text any number of labels/,
    );
    const gate = { name: 'cv', arguments: { folds: 4, repeats: 1 } };
    const options = { with: [{ name: 'swap', arguments: { rate: 0.1 } }], gate };
    expect(told(augment, { options, inputs: { from: several } })).toMatch(
      /^gate not-supported: these rows have lists of labels/,
    );
  });
});

test('what is not known before is refused when it runs', async () => {
  const { artifact } = await fitted();
  expect(await failure(fitted({ method: head('knn') }))).toMatch('step:method not-supported');
  expect(await failure(evaluated(artifact, { metrics: ['mcc'] }))).toMatch('step:metrics not-supported');
  expect(await failure(evaluated(artifact, { abstain: 0.5 }))).toMatch('step:abstain not-supported');
  const single = datasetOf(
    Array.from({ length: 8 }, (_, i) => [`today ${i}`, i % 2 === 0 ? 'book' : 'card'] as const),
  );
  expect(await failure(evaluated(artifact, {}, single))).toMatch(
    'step:model not-supported: the rows have one label each',
  );
  const other = await run(fineTune, { inputs: { model: ngrams(), from: await datasetArtifact(single) } });
  expect(await failure(evaluated(other.artifact))).toMatch(
    'step:model not-supported: the rows have lists of labels',
  );
});
