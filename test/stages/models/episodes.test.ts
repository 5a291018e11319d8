// `evaluate` by episodes on texts: what is drawn, what is counted, and what is refused.
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import type { Dataset } from '../../../src/stages/dataset.ts';
import { episodesOf } from '../../../src/stages/episode-options.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { plainHead } from '../../../src/stages/fine-tune-method.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { check, datasetArtifact, datasetOf, ngrams, run, type Ran, type Row } from './rig.ts';
import { rows as animals, tiny } from './tiny-encoder.ts';

const topics = ['rain', 'bread', 'chess', 'train', 'piano'] as const;

/** Six rows a class: its word and another, and nothing that others have. */
const rows: readonly Row[] = topics.flatMap((topic) =>
  ['one', 'two', 'three', 'four', 'five', 'six'].map((other): Row => [`${topic} ${other}`, topic]),
);

interface EpisodeRow {
  readonly episode: number;
  readonly row: number;
  readonly label: string;
  readonly predicted: string | null;
}

async function episodeRows({ artifact }: Ran): Promise<readonly EpisodeRow[]> {
  const file = (await artifact.read('episodes.parquet')).buffer;
  return (await parquetReadObjects({ file })) as unknown as readonly EpisodeRow[];
}

async function reportOf({ artifact }: Ran): Promise<EvaluationReport> {
  return JSON.parse(new TextDecoder().decode(await artifact.read('report.json'))) as EvaluationReport;
}

async function measured(
  options: Readonly<Record<string, unknown>>,
  { on = datasetOf(rows), seed = 1 }: { readonly on?: Dataset; readonly seed?: number } = {},
): Promise<Ran> {
  return run(evaluate, { options, inputs: { model: ngrams(), on: await datasetArtifact(on) }, seed });
}

const shape = { episodes: 40, ways: 3, shots: 2, queries: 3 } as const;

test('an episode has its classes, its support and its queries, and its accuracy is their share', async () => {
  const ran = await measured(shape);
  const report = await reportOf(ran);
  const all = await episodeRows(ran);
  expect(all).toHaveLength(40 * 3 * (2 + 3));
  const accuracies = Array.from({ length: 40 }, (_, number) => {
    const own = all.filter(({ episode }) => episode === number);
    const [support, queries] = [
      own.filter(({ predicted }) => predicted === null),
      own.filter(({ predicted }) => predicted !== null),
    ];
    const classes = [...new Set(support.map(({ label }) => label))];
    expect(classes).toHaveLength(3);
    for (const name of classes) {
      expect(support.filter(({ label }) => label === name)).toHaveLength(2);
      expect(queries.filter(({ label }) => label === name)).toHaveLength(3);
    }
    expect(new Set(own.map(({ row }) => row)).size).toBe(own.length);
    for (const { row, label } of own) expect(rows[row]?.[1]).toBe(label);
    for (const { predicted } of queries) expect(classes).toContain(predicted);
    return queries.filter(({ label, predicted }) => label === predicted).length / queries.length;
  });
  expect(report.episodes?.accuracies).toEqual(accuracies);
  expect(report.metrics['accuracy']?.value).toBeCloseTo(accuracies.reduce((sum, one) => sum + one) / 40, 12);
  expect(report.baselines).toEqual({ chance: { accuracy: 1 / 3 } });
  expect(report.per_label.map(({ support }) => support).reduce((sum, one) => sum + one)).toBe(40 * 9);
});

test("the interval is Student's over the episodes", async () => {
  const { metrics, episodes } = await reportOf(await measured({ ...shape, method: method('knn') }));
  const values = episodes?.accuracies ?? [];
  const mean = values.reduce((sum, value) => sum + value, 0) / 40;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 39);
  const half = (2.022690920036762 * sd) / Math.sqrt(40); // scipy.stats.t.ppf(0.975, 39)
  const { value, low = NaN, high = NaN } = metrics['accuracy'] ?? { value: NaN };
  expect(value).toBeCloseTo(mean, 12);
  expect(value - low).toBeCloseTo(half, 9);
  expect(high).toBeCloseTo(Math.min(1, mean + half), 9);
});

test('one seed is one list of episodes, whatever is asked of them', async () => {
  const [one, same, other] = await Promise.all([
    measured(shape),
    measured({ ...shape, method: { name: 'matching', arguments: {} } }),
    measured(shape, { seed: 2 }),
  ]);
  const drawn = async (ran: Ran): Promise<readonly number[]> =>
    (await episodeRows(ran)).map(({ row }) => row);
  expect(await drawn(same)).toEqual(await drawn(one));
  expect(await drawn(other)).not.toEqual(await drawn(one));
  const [a, b, c] = await Promise.all([one, same, other].map(reportOf));
  expect(b?.rows_digest).toBe(a?.rows_digest);
  expect(c?.rows_digest).not.toBe(a?.rows_digest);
});

test('one of `episodes`, `ways`, `shots` and `queries` asks for episodes, and the others are 600, 5, 1 and 15', () => {
  const none = { episodes: undefined, ways: undefined, shots: undefined, queries: undefined };
  expect(episodesOf(none)).toBeUndefined();
  expect(episodesOf({ ...none, shots: 2 })).toEqual({ episodes: 600, ways: 5, shots: 2, queries: 15 });
  expect(episodesOf({ ...none, ways: 3 })).toEqual({ episodes: 600, ways: 3, shots: 1, queries: 15 });
});

test('equal rows are drawn from once', async () => {
  const twice = datasetOf([...rows, ...rows.slice(0, 7)]);
  const ran = await measured(shape, { on: twice });
  const report = await reportOf(ran);
  expect(report.rows).toBe(30);
  expect(report.checks).toContainEqual({
    name: 'duplicates',
    message: '7 of 37 rows repeat another one: episodes are drawn from the first of them',
  });
  expect((await episodeRows(ran)).every(({ row }) => row < 30)).toBe(true);
});

test('a classifier is measured by its encoder, and not on rows that it was fitted on', async () => {
  const fitted = await run(fineTune, {
    inputs: { model: ngrams(), from: await datasetArtifact(datasetOf(rows.slice(0, 12))) },
  });
  const on = await datasetArtifact(datasetOf(rows));
  const refused = run(evaluate, { options: shape, inputs: { model: fitted.artifact, on } });
  await expect(refused).rejects.toMatchObject({ diagnostics: [{ code: 'overlap' }] });
  const dropped = await run(evaluate, {
    options: { ...shape, overlap: 'drop' },
    inputs: { model: fitted.artifact, on },
  });
  expect((await reportOf(dropped)).labels).toEqual(['chess', 'piano', 'train']);
});

test('an encoder is fine-tuned on each support, from the same weights every time', async () => {
  const on = await datasetArtifact(datasetOf(animals('animals', 90)));
  const ran = (options: object, seed = 1) =>
    run(evaluate, {
      options: { ways: 2, shots: 16, queries: 10, ...options },
      inputs: { model: tiny(), on },
      seed,
    });
  const trained = (steps: number) => ({ name: 'full', arguments: { steps, learning_rate: 3e-3 } });
  const few = await ran({ episodes: 2, method: trained(60) });
  const more = await ran({ episodes: 4, method: trained(60) });
  const [tuned, longer, frozen] = await Promise.all([few, more, await ran({ episodes: 4 })].map(reportOf));
  expect(tuned?.episodes?.method).toBe('full(steps: 60, learning_rate: 0.003)');
  expect(longer?.episodes?.accuracies.slice(0, 2)).toEqual(tuned?.episodes?.accuracies);
  const accuracy = (of: EvaluationReport | undefined): number => of?.metrics['accuracy']?.value ?? NaN;
  expect(accuracy(longer)).toBeGreaterThan(accuracy(frozen) + 0.1);
  await expect(measured({ ...shape, method: trained(1) })).rejects.toMatchObject({
    diagnostics: [{ message: expect.stringContaining('this model has nothing that it can train') as string }],
  });
});

test.each([
  [{ ways: 6 }, 'ways', 'an episode has 6 classes, and these rows have 5'],
  [{ ways: 2, queries: 6 }, 'on', 'an episode takes 7 rows of a class, and `bread` has 6'],
  [{ episodes: 5, metrics: ['accuracy', 'mcc'] }, 'metrics', 'not by `mcc`'],
])('%j', async (options, at, problem) => {
  const [failure] = await Promise.all([
    measured(options).then(
      () => undefined,
      (error: unknown) => error,
    ),
  ]);
  expect(failure).toMatchObject({
    diagnostics: [
      { message: expect.stringContaining(problem) as string, span: { source: { path: `step:${at}` } } },
    ],
  });
});

const dataset = {
  type: 'dataset',
  columns: ['text', 'label'],
  rows: 30,
  labelled: true,
  labels: topics.map((name) => ({ name, rows: 6 })),
  partition: 'test',
  images: false,
} as const;
const encoder = { type: 'model', capability: 'encoder', labels: undefined } as const;
const few = { episodes: 10, queries: 3 } as const;

test.each([
  [{}, few, []],
  [{ learnt: ['rain', 'chess', 'else'] }, few, ['on shared-classes']],
  [{ learnt: ['rain', 'chess'] }, { ...few, overlap: 'drop' }, ['ways too-few-labels']],
  [{ learnt: ['rain', 'chess'] }, { ...few, overlap: 'drop', ways: 3 }, []],
  [{ learnt: ['rain'] }, { ...few, overlap: 'keep' }, ['overlap leak overlap']],
  [
    {},
    { ...few, bootstrap: 0, probe_rows: 10, abstain: 0.5 },
    ['bootstrap option-without-effect', 'probe_rows option-without-effect', 'abstain option-without-effect'],
  ],
  [{}, { ...few, metrics: ['mcc'] }, ['metrics unknown-word']],
  [{}, { ...few, shots: 4 }, ['on too-few-rows']],
  [
    {},
    { ...few, method: { name: 'head', arguments: { ...plainHead.arguments, c: 'auto' } } },
    ['method option-without-effect'],
  ],
  [{ images: true }, few, ['on wrong-artifact']],
  [
    { trainable: false },
    { ...few, method: { name: 'full', arguments: { steps: 5 } } },
    ['method wrong-artifact'],
  ],
  [{ trainable: true }, { ...few, method: { name: 'full', arguments: { steps: 5 } } }, []],
])('before anything runs: %j %j', (model, options, found) => {
  const { problems } = check(evaluate, { options, inputs: { model: { ...encoder, ...model }, on: dataset } });
  const lines = problems === '' ? [] : problems.split('\n');
  expect(lines.map((line) => line.split(':')[0])).toEqual(found);
});

test('before anything runs: how many rows a class has is not known, as in the folds of a `tune`', () => {
  const labels = topics.map((name) => ({ name, rows: undefined }));
  const on = { ...dataset, rows: undefined, labels };
  const model = { ...encoder, learnt: ['rain'] };
  expect(check(evaluate, { options: few, inputs: { model, on } }).problems).toBe('');
});

function method(kind: string) {
  return { name: 'head', arguments: { kind, c: 1, alpha: 1, k: 1, distance: 'cosine', weights: 'uniform' } };
}
