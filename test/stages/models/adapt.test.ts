import { describe, expect, test } from 'vitest';
import { adapt } from '../../../src/stages/adapt.ts';
import type { Artifact, StaticDataset, StaticModel } from '../../../src/stages/artifact.ts';
import { loadClassifier } from '../../../src/stages/classifier.ts';
import { select, texts, withoutLabels, type Dataset } from '../../../src/stages/dataset.ts';
import { readDataset } from '../../../src/stages/dataset-file.ts';
import { distill } from '../../../src/stages/distill.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { predict } from '../../../src/stages/predict.ts';
import { prompt } from '../../../src/stages/prompt.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { testing, training } from './messages.ts';
import {
  budgetOf,
  check,
  context,
  datasetArtifact,
  datasetOf,
  failure,
  gentleHead,
  json,
  ngrams,
  run,
  said,
  type Row,
} from './rig.ts';
import { stoppedAt } from './stopped.ts';

const starts = ['Hello. ', 'Good morning! ', 'Excuse me, ', 'One question: ', 'Well, '];
const known = training.map(([, label]) => label);
/** The training messages with other beginnings, in an order that mixes labels; and a label that nobody has heard of. */
const stream: readonly Row[] = createRandom(1, 'order').shuffle([
  ...training.flatMap(([text, label]) => starts.map((start) => [start + text, label] as const)),
  ...starts.map((start, i) => [`${start}my parrot is ${i} years old`, 'parrot'] as const),
]);

async function modelOf(rows: Dataset = datasetOf(training), options: object = {}): Promise<Artifact> {
  const inputs = { model: ngrams(), from: await datasetArtifact(rows) };
  return (await run(fineTune, { options: options as never, inputs })).artifact;
}

async function adapted(
  options: object = {},
  more: { readonly model?: Artifact; readonly canary?: Dataset; readonly rows?: Dataset } = {},
  rest: Partial<Parameters<typeof run>[1]> = {},
) {
  return run(adapt, {
    options: options as never,
    inputs: {
      model: more.model ?? (await modelOf()),
      from: await datasetArtifact(more.rows ?? datasetOf(stream)),
      ...(more.canary && { canary: await datasetArtifact(more.canary) }),
    },
    ...rest,
  });
}

const column = async (artifact: Artifact | undefined, name: string) => {
  if (artifact === undefined) throw new Error('no such part');
  return (await readDataset(artifact)).columns.get(name) ?? [];
};

test('an interruption keeps the batches before it', async () => {
  const model = await modelOf();
  const whole = await adapted({}, { model });
  const stopped = stoppedAt(32, 'rows');
  await expect(adapted({}, { model }, stopped)).rejects.toThrow('stopped');
  const { checkpoint } = stopped;
  const { artifact, notes } = await adapted({}, { model }, { checkpoint });
  expect(notes).toContain(`resumed at row 32 of ${stream.length}`);
  expect(artifact.digest).toBe(whole.artifact.digest);
});

describe('a classifier that has gone through a stream', () => {
  const headOf = (kind: string) => ({
    name: 'head',
    arguments: { kind, k: 5, distance: 'cosine', weights: 'distance', c: 1, alpha: 1 },
  });
  const means = { distance: 'cosine', temperature: 0.1 };
  /** Log probabilities of each row about their mean, all together of length 1 a row. */
  const directions = (shares: Float64Array, labels: number): Float64Array => {
    const logs = shares.map(Math.log);
    const away = logs.map((value, i) => {
      const first = i - (i % labels);
      return value - logs.subarray(first, first + labels).reduce((sum, one) => sum + one, 0) / labels;
    });
    const length = Math.sqrt(away.reduce((sum, one) => sum + one ** 2, 0) / (shares.length / labels));
    return away.map((value) => value / length);
  };

  test.each([
    ['ridge', { alpha: 1 }, headOf('ridge')],
    ['prototypes', means, { name: 'prototype', arguments: means }],
    ['head', {}, headOf('logistic')],
  ] as const)('is what all rows at once give: %s', async (name, settings, method) => {
    const update = { name, arguments: settings };
    const { artifact } = await adapted(
      { update },
      { model: await modelOf(datasetOf(training), { method: gentleHead }) },
    );
    const all = datasetOf([...training, ...stream]);
    const model = await modelOf(all, { method });
    // Of ridge the scores are divided by a temperature: what is left are scores of the same direction.
    const [found, wanted] = [await said(artifact, all), await said(model, all)].map((shares) =>
      name === 'ridge' ? directions(shares, all.labels.length) : shares,
    ) as [Float64Array, Float64Array];
    const { labels } = (await json(artifact, 'model.json')) as { labels: readonly string[] };
    const order = all.labels.map((label) => labels.indexOf(label));
    wanted.forEach((share, i) => {
      const row = Math.floor(i / order.length) * order.length;
      expect(Math.abs(share - (found[row + (order[i % order.length] ?? 0)] ?? NaN))).toBeLessThan(2e-3);
    });
  });

  test('remembers of each label as many rows as `replay` says', async () => {
    const model = await modelOf(datasetOf(training), { method: headOf('knn') });
    const update = { name: 'head', arguments: {} };
    const all = datasetOf(training);
    const of = async (replay: unknown) => said((await adapted({ update, replay }, { model })).artifact, all);
    const [whole, many, few] = [await of('all'), await of({ per_label: 99 }), await of({ per_label: 1 })];
    expect(many).toEqual(whole);
    expect(few).not.toEqual(whole);
  });

  test('is a classifier like any other, and knows the new label', async () => {
    const { artifact: model, notes } = await adapted();
    const on = await datasetArtifact(datasetOf([...testing, ['My parrot is very old', 'parrot']]));
    const { artifact } = await run(evaluate, { options: { overlap: 'refuse' }, inputs: { model, on } });
    const report = (await json(artifact, 'report.json')) as {
      baselines: object;
      metrics: { accuracy: { value: number } };
    };
    expect(report).toMatchObject({ labels_used: training.length + stream.length });
    expect(Object.keys(report.baselines)).toEqual(['majority', 'frozen_probe']);
    const rows = await run(predict, { options: { neighbours: 1 }, inputs: { model, from: on } });
    expect((await column(rows.artifact, 'predicted')).at(-1)).toBe('parrot');
    expect((await column(rows.artifact, 'neighbour_1')).at(-1)).toContain('parrot');
    expect(notes.slice(0, 2)).toEqual([
      expect.stringMatching(
        /^65 of 65 labels were asked for in 5 updates; \d+\.\d % of the rows were foretold right$/,
      ),
      'new labels: parrot',
    ]);
    const again = await adapted({}, { model });
    expect(await budgetOf(again.artifact)).toEqual({ fitted: training.length + stream.length, selected: 0 });
  });

  test.each([
    ['fewer', { name: 'budget', arguments: { labels: 20, query: 'margin' } }, 20],
    ['more', { name: 'budget', arguments: { labels: 500, query: 'random' } }, 65],
  ] as const)('has paid for the labels that it asked for: %s', async (_, labels, paid) => {
    const { artifact, parts } = await adapted({ labels });
    expect(await budgetOf(artifact)).toEqual({ fitted: 12 + paid, selected: 0 });
    const asked = await column(parts['curve'], 'asked');
    expect(asked.filter(Boolean)).toHaveLength(paid);
    const classifier = await loadClassifier(artifact, context);
    const learnt = texts(await classifier.support()).slice(12);
    expect(learnt).toEqual(stream.filter((_row, i) => asked[i] === true).map(([text]) => text));
  });

  test('counts canary rows as selected with', async () => {
    const { artifact, parts } = await adapted({}, { canary: datasetOf(testing) });
    expect(await budgetOf(artifact)).toEqual({ fitted: 77, selected: testing.length });
    expect((await adapted({}, { canary: datasetOf(training) })).notes).toContain(
      '12 of the 12 canary rows have a text that is also learnt, and tell little of harm',
    );
    const labels = { name: 'budget', arguments: { labels: 20, query: 'margin' } };
    expect((await adapted({ labels, rollback: 'none' }, { canary: datasetOf(stream) })).notes).toContain(
      '20 of the 65 canary rows have a text that is also learnt, and tell little of harm',
    );
    const on = await datasetArtifact(datasetOf(testing));
    const { artifact: report } = await run(evaluate, { inputs: { model: artifact, on } });
    const { checks } = (await json(report, 'report.json')) as { checks: readonly { name: string }[] };
    expect(checks.map(({ name }) => name)).toContain('optimistic');
    expect(new Set(await column(parts['decisions'], 'kept'))).toEqual(new Set([true]));
    expect((await column(parts['decisions'], 'why'))[0]).toMatch(
      /^kept: \d+ of \d+ canary rows right, \d+ before; \d+\.\d must be/,
    );
  });

  test('tells of each row what it was foretold before its label was known', async () => {
    const { parts } = await adapted();
    const curve = await readDataset(parts['curve']);
    expect(curve.rows).toBe(65);
    const get = (name: string) => curve.columns.get(name) ?? [];
    expect(get('label')).toEqual(stream.map(([, label]) => label));
    expect(get('correct')).toEqual(stream.map(([, label], i) => get('predicted')[i] === label));
    let errors = 0;
    get('error').forEach((error, i) => {
      errors += Number(get('correct')[i] === false);
      expect(error).toBeCloseTo(errors / (i + 1), 12);
    });
    const first = stream.findIndex(([, label]) => label === 'parrot');
    expect(get('correct')[first]).toBe(false);
    expect(new TextDecoder().decode(await parts['curve'].read('rows.csv')).split('\n')[0]).toBe(
      'position,label,predicted,probability,correct,error,recent_error,asked,drift',
    );
  });

  test('whose labels were shuffled is brought back by the canary rows', async () => {
    const random = createRandom('poison');
    const labels = [...new Set(known)];
    const poisoned = datasetOf(stream.map(([text]) => [text, labels[random.below(labels.length)] ?? '']));
    const canary = datasetOf(
      training.flatMap(([text, label]) => ['So: ', 'Yes, '].map((start) => [start + text, label] as const)),
    );
    const guarded = await adapted({ batch_size: 8 }, { rows: poisoned, canary });
    const open = await adapted({ batch_size: 8, rollback: 'none' }, { rows: poisoned, canary });
    const kept = await column(guarded.parts['decisions'], 'kept');
    expect(kept.filter((one) => one === false).length).toBeGreaterThan(2);
    expect(
      (await column(guarded.parts['decisions'], 'why')).some((why) => String(why).startsWith('undone: ')),
    ).toBe(true);
    expect(guarded.notes[0]).toMatch(/of which \d+ were undone by the canary rows/);
    const right = async (model: Artifact): Promise<number> => {
      const { artifact } = await run(predict, { inputs: { model, from: await datasetArtifact(canary) } });
      return (await column(artifact, 'predicted')).filter(
        (label, i) => label === canary.columns.get('label')?.[i],
      ).length;
    };
    expect(await right(guarded.artifact)).toBeGreaterThan((await right(open.artifact)) + 2);
    // Labels that were undone were paid for all the same.
    expect(await budgetOf(guarded.artifact)).toMatchObject({ fitted: 77 });
    const classifier = await loadClassifier(guarded.artifact, context);
    expect((await classifier.support()).rows).toBeLessThan(77);
  });

  test('is the same with the same seed, and needs none where nothing is drawn', async () => {
    const settings = { labels: { name: 'budget', arguments: { labels: 20, query: 'random' } } } as never;
    const inputs = { model: await modelOf(), from: await datasetArtifact(datasetOf(stream)) };
    const digest = async (seed: number) =>
      (await run(adapt, { options: settings, inputs, seed })).parts['curve']?.digest;
    expect(await digest(1)).toBe(await digest(1));
    expect(await digest(1)).not.toBe(await digest(2));
    const draws = (options: object) =>
      adapt.randomness(
        {
          replay: 'all',
          labels: { name: 'all' },
          update: { name: 'ridge' },
          drift: { name: 'none' },
          ...options,
        },
        () => undefined,
      );
    const full = { update: { name: 'full' } };
    expect([draws({}), draws(settings), draws({ replay: { per_label: 3 } }), draws(full)]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});

describe('refused before anything runs', () => {
  const rows: StaticDataset = {
    type: 'dataset',
    columns: ['text', 'label'],
    rows: 65,
    labelled: true,
    labels: undefined,
    partition: undefined,
  };
  const model: StaticModel = { type: 'model', capability: 'classifier', labels: ['a', 'b'] };
  const problems = (options: object, inputs: Readonly<Record<string, StaticDataset | StaticModel>> = {}) =>
    check(adapt, { options: options as never, inputs: { model, from: rows, ...inputs } }).problems;

  test.each([
    [{ replay: { per_label: 5 } }, /^replay option-without-effect: `update: ridge` keeps/],
    [{ update: { name: 'head', arguments: {} }, replay: { rows: 5 } }, /^replay out-of-range/],
    [{ rollback: 3 }, /^rollback option-without-effect: `rollback` compares/],
    [{ curve_to: '/x/curve.txt' }, /^curve_to out-of-range/],
    [{ decisions_to: 'https://x/y.csv' }, /^decisions_to out-of-range/],
  ])('%j', (options, message) => {
    expect(problems(options)).toMatch(message);
  });

  test('rows without labels, or with several, and models of several', () => {
    expect(problems({}, { from: { ...rows, labelled: false } })).toMatch(/^from needs-labels/);
    expect(problems({}, { canary: { ...rows, labelled: false } })).toMatch(/^canary needs-labels/);
    expect(problems({}, { from: { ...rows, multi_label: true } })).toMatch(/^from not-supported/);
    expect(problems({}, { model: { ...model, multi_label: true } })).toMatch(/^model not-supported/);
    expect(
      problems(
        { rollback: 3, update: { name: 'head', arguments: {} }, replay: { per_label: 5 } },
        { canary: rows },
      ),
    ).toBe('');
  });

  test('its labels are known where the stream has none of its own', () => {
    const outputs = (labels: readonly string[]) =>
      check(adapt, {
        inputs: { model, from: { ...rows, labels: labels.map((name) => ({ name, rows: 3 })) } },
      }).outputs;
    expect(outputs(['b', 'a'])['']).toMatchObject({ labels: ['a', 'b'] });
    expect(outputs(['b', 'c'])['']).toMatchObject({ labels: undefined });
    expect(outputs(['a'])['decisions']).toMatchObject({ rows: 5, labelled: false });
  });
});

describe('refused when it runs', () => {
  test('models whose prompt shows demonstrations', async () => {
    const options = { template: ['{text}'], label_template: ['({label})'], demonstrations: { per_label: 1 } };
    const { artifact } = await run(prompt, {
      options,
      inputs: { from: await datasetArtifact(datasetOf(training)) },
    });
    expect(await failure(adapted({}, { model: await modelOf(await readDataset(artifact)) }))).toMatch(
      /not-supported: the prompt of the model makes texts of labels or shows demonstrations/,
    );
  });

  test('students, and rows without labels', async () => {
    const unlabelled = await datasetArtifact(withoutLabels(datasetOf(stream)));
    const teacher = [{ name: 't', keys: {}, artifact: await modelOf() }];
    const student = await run(distill, { inputs: { teacher, student: ngrams(), from: unlabelled } });
    expect(await failure(adapted({}, { model: student.artifact }))).toMatch(
      /not-supported: the model is a student/,
    );
    expect(await failure(adapted({}, { rows: withoutLabels(datasetOf(stream)) }))).toMatch(
      /needs-labels: `adapt` learns from labels/,
    );
    expect(await failure(adapted({}, { model: ngrams() }))).toMatch(/needs-classifier/);
    expect(await failure(adapted({}, { rows: select(datasetOf(stream), []) }))).toMatch(/empty-data/);
  });
});
