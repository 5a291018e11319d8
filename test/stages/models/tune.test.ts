import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/learning/random.ts';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { readDataset } from '../../../src/stages/dataset-file.ts';
import type { BlockRun, RunningStage, TrialValues } from '../../../src/stages/stage.ts';
import { stepFailure } from '../../../src/stages/step-failure.ts';
import { tune } from '../../../src/stages/tune.ts';
import { drawFoldsOf } from '../../../src/stages/tune-folds.ts';
import { openMeasure, type Measured } from '../../../src/stages/tune-measure.ts';
import { search, type Search, type SearchMethod } from '../../../src/stages/tune-search.ts';
import { originalColumn } from '../../../src/stages/training-rows.ts';
import { artifactOf, collectingOutput } from '../data/memory.ts';
import { check, datasetArtifact, datasetOf, failure, type Row } from './rig.ts';

const measured = (score: number): Measured => ({ state: 'measured', score });

/** A search over `x` from 0 to 100, with its measurements in order. */
async function searched(
  method: SearchMethod,
  change: Partial<Search> = {},
  score: (x: number, fold: number) => Measured = (x) => measured(x),
) {
  const asked: string[] = [];
  const result = await search({
    spaces: [['x', { space: 'int', low: 0, high: 100 }]],
    method,
    folds: 4,
    sign: 1,
    random: createRandom(1, 'tune'),
    spent: () => false,
    told: () => undefined,
    ...change,
    measure: async (values, fold) => {
      asked.push(`${values['x']}:${fold}`);
      return score(values['x'] ?? NaN, fold);
    },
  });
  return { ...result, asked, xs: result.trials.map(({ values }) => values['x'] ?? NaN) };
}

describe('a search', () => {
  test('at random measures every trial on every fold, and takes the best', async () => {
    const { trials, asked, best = -1, xs } = await searched({ name: 'random', arguments: { trials: 6 } });
    expect(trials.map(({ scores }) => scores.length)).toEqual([4, 4, 4, 4, 4, 4]);
    expect(asked).toHaveLength(24);
    expect(xs[best]).toBe(Math.max(...xs));
  });

  test('for the least takes the least', async () => {
    const { best = -1, xs } = await searched({ name: 'random', arguments: { trials: 6 } }, { sign: -1 });
    expect(xs[best]).toBe(Math.min(...xs));
  });

  test('by halving drops the worse half of each round', async () => {
    const { trials, xs, best = -1, asked } = await searched({ name: 'halving', arguments: { trials: 8 } });
    // 8 on one fold, 4 on the second, 2 on the third and fourth.
    expect(trials.map(({ scores }) => scores.length).sort()).toEqual([1, 1, 1, 1, 2, 2, 4, 4]);
    expect(asked).toHaveLength(8 + 4 + 2 * 2);
    const ranked = [...xs].sort((a, b) => b - a);
    for (const [i, { scores }] of trials.entries())
      if (scores.length === 1) expect(ranked.indexOf(xs[i] ?? NaN)).toBeGreaterThanOrEqual(4);
    expect(xs[best]).toBe(ranked[0]);
  });

  test('over a grid tries every combination once', async () => {
    const choices = { space: 'choice', values: ['a', 'b', 'c'] } as const;
    const { trials, planned } = await searched(
      { name: 'grid', arguments: {} },
      {
        spaces: [
          ['x', choices],
          ['y', { space: 'choice', values: [1, 2] }],
        ],
      },
    );
    expect(planned).toBe(6);
    expect(new Set(trials.map(({ values }) => `${values['x']}${values['y']}`)).size).toBe(6);
  });

  test('by estimated densities goes where good trials are', async () => {
    const { xs } = await searched({ name: 'tpe', arguments: { trials: 40 } }, {}, (x) =>
      measured(-Math.abs(x - 70)),
    );
    const distance = (of: readonly number[]): number =>
      of.reduce((sum, x) => sum + Math.abs(x - 70), 0) / of.length;
    expect(distance(xs.slice(20))).toBeLessThan(distance(xs.slice(0, 10)) / 2);
  });

  test('with its budget spent begins no trial, and finishes the one that has begun', async () => {
    let begun = 0;
    const { trials, planned, best } = await searched(
      { name: 'random', arguments: { trials: 20 } },
      { spent: () => (begun += 1) > 2 },
    );
    expect(planned).toBe(20);
    expect(trials.map(({ scores }) => scores.length)).toEqual([4, 4, 4]);
    expect(best).toBeDefined();
  });

  test('has one trial at least', async () => {
    const { trials } = await searched({ name: 'random', arguments: { trials: 5 } }, { spent: () => true });
    expect(trials).toHaveLength(1);
  });

  test('goes on after a trial that fails, and does not measure it further', async () => {
    const problem = stepFailure({ code: 'empty-data', message: 'no' });
    const {
      trials,
      best = -1,
      asked,
    } = await searched({ name: 'random', arguments: { trials: 6 } }, {}, (x, fold) =>
      x > 50 && fold === 1 ? { state: 'failed', failure: problem } : measured(x),
    );
    const failed = trials.filter((trial) => trial.failure !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(6);
    expect(failed.every(({ scores }) => scores.length === 1)).toBe(true);
    expect(trials[best]?.failure).toBeUndefined();
    expect(asked).toHaveLength(failed.length * 2 + (6 - failed.length) * 4);
  });

  test('of equal trials takes the earliest', async () => {
    const { best } = await searched({ name: 'random', arguments: { trials: 6 } }, {}, () => measured(1));
    expect(best).toBe(0);
  });

  test('tells how far it is', async () => {
    const told: string[] = [];
    await searched(
      { name: 'halving', arguments: { trials: 4 } },
      { told: ({ done, total, trial, trials }) => told.push(`${done}/${total} ${trial}/${trials}`) },
    );
    expect(told[0]).toBe('1/8 1/4');
    expect(told.at(-1)).toMatch(/^8\/8 /);
  });
});

/** A block whose first stage makes something of `kind`, and whose second measures it with `c`. */
function fakeBlock(runs: string[]): BlockRun {
  const stage = (name: string, more: Partial<RunningStage>): RunningStage => ({
    name,
    kind: name,
    inputs: {},
    required: [],
    outputs: [''],
    handed: {},
    searched: [],
    ...more,
  });
  const reads: readonly string[][] = [['kind'], ['c']];
  const picked = (position: number, values: TrialValues): string =>
    JSON.stringify((reads[position] ?? []).map((name) => values[name]));
  return {
    stages: [
      stage('fit', { inputs: { from: { from: 'fold', part: 'train' } } }),
      stage('score', {
        inputs: {
          model: { from: 'stage', stage: 0, part: '' },
          on: { from: 'fold', part: 'validation' },
        },
      }),
    ],
    defaults: undefined,
    seconds: () => 0,
    make: async (type, write) => {
      const { output, files } = collectingOutput();
      await write(output);
      return artifactOf(type, files);
    },
    identity: (position, values, inputs) => `${position}${picked(position, values)}${JSON.stringify(inputs)}`,
    run: async (position, values, inputs) => {
      runs.push(`${position} ${picked(position, values)}`);
      expect(Object.keys(inputs)).toEqual(position === 0 ? ['from'] : ['model', 'on']);
      const report = { type: 'evaluation', metrics: { accuracy: { value: Number(values['c']) } } };
      return {
        '': artifactOf(position === 0 ? 'model' : 'report', { 'report.json': JSON.stringify(report) }),
      };
    },
    drop: async () => undefined,
    hand: async () => undefined,
  };
}

const letters: readonly Row[] = Array.from({ length: 24 }, (_, i) => [
  `text number ${i} about ${i % 2 === 0 ? 'apples' : 'hammers'}`,
  i % 2 === 0 ? 'fruit' : 'tool',
]);

test('work that trials share is done once', async () => {
  const runs: string[] = [];
  const block = fakeBlock(runs);
  const folds = await drawFoldsOf(await datasetArtifact(datasetOf(letters)), 2, block, createRandom(0, 'f'));
  const measure = openMeasure(block, folds, { stage: 1, metric: 'accuracy' });
  const scores: unknown[] = [];
  for (const [kind, c] of [
    [1, 5],
    [1, 6],
    [2, 5],
    [1, 5],
  ])
    scores.push(await measure({ kind: kind ?? 0, c: c ?? 0 }, 0));
  expect(scores).toEqual([measured(5), measured(6), measured(5), measured(5)]);
  expect(runs).toEqual(['0 [1]', '1 [5]', '1 [6]', '0 [2]', '1 [5]']);
  await measure({ kind: 1, c: 5 }, 1);
  expect(runs).toHaveLength(7); // another fold is other work
});

describe('folds', () => {
  const draw = async (artifact: Artifact, count = 4) => {
    const folds = await drawFoldsOf(artifact, count, fakeBlock([]), createRandom(0, 'folds'));
    return Promise.all(
      folds.map(async ({ train, validation }) => ({
        train: await readDataset(train),
        validation: await readDataset(validation),
      })),
    );
  };

  test('hold every row back once, with the proportions of the labels', async () => {
    const folds = await draw(await datasetArtifact(datasetOf(letters)));
    expect(folds.flatMap(({ validation }) => [...validation.source]).sort((a, b) => a - b)).toEqual([
      ...letters.keys(),
    ]);
    for (const { train, validation } of folds) {
      expect(validation.columns.get('label')?.filter((label) => label === 'fruit')).toHaveLength(3);
      expect([...train.source].some((row) => validation.source.includes(row))).toBe(false);
      expect([train.partition, validation.partition]).toEqual(['train', 'validation']);
    }
  });

  test('keep equal texts and groups together', async () => {
    const rows: readonly Row[] = [
      ...letters,
      [' Text  number 0 about APPLES', 'fruit'],
      ...letters.slice(2, 3),
    ];
    const dataset = {
      ...datasetOf(rows, { columns: { author: rows.map((_, i) => (i < 8 ? 'x' : `author ${i}`)) } }),
      roles: { text: 'text', label: 'label', group: 'author' },
    };
    for (const { validation } of await draw(await datasetArtifact(dataset))) {
      const held = new Set(validation.source);
      expect([0, 1, 2, 3, 4, 5, 6, 7, 24, 25].filter((row) => held.has(row)).length % 10).toBe(0);
    }
  });

  test('are the same whatever the order of the rows', async () => {
    const texts = async (rows: readonly Row[]) =>
      (await draw(await datasetArtifact(datasetOf(rows)))).map(({ validation }) =>
        [...(validation.columns.get('text') ?? [])].sort(),
      );
    expect(await texts([...letters].reverse())).toEqual(await texts(letters));
  });

  test('are refused where they would leave nothing to learn', async () => {
    const single = await datasetArtifact(datasetOf([...letters, ['the only one', 'other']]));
    expect(await failure(draw(single))).toBe(
      'step:from too-few-rows: all rows with the label `other` fall into one fold, so without it nothing of the label is left to learn',
    );
    const few = await datasetArtifact(datasetOf(letters.slice(0, 4)));
    expect(await failure(draw(few, 5))).toBe(
      'step:folds too-few-rows: 5 folds were asked for, and there are rows for 4',
    );
  });

  test('are not drawn of augmented rows', async () => {
    const copies = datasetOf(letters, {
      columns: { [originalColumn]: letters.map((_, i) => (i === 3 ? 'a text' : null)) },
    });
    expect(await failure(draw(await datasetArtifact(copies)))).toContain('these rows were augmented already');
  });
});

describe('known before anything runs', () => {
  const spaces = [['c', { space: 'log_uniform', low: 0.1, high: 10 }]];
  const maximize = { stage: 1, metric: 'macro_f1' };
  const dataset = (rows: number) =>
    ({
      type: 'dataset',
      columns: undefined,
      rows: 2 * rows,
      labelled: true,
      labels: [
        { name: 'a', rows },
        { name: 'b', rows },
      ],
      partition: 'train',
    }) as const;
  const from = dataset(8);

  test.each<[string, Parameters<typeof check>[1], string]>([
    ['nothing wrong', { options: { search: spaces, maximize }, inputs: { from } }, ''],
    ['no search', { options: { maximize }, inputs: { from } }, ' missing-option: `tune` needs `search`'],
    [
      'no aim',
      { options: { search: spaces }, inputs: { from } },
      ' missing-option: `tune` needs `maximize` or `minimize`',
    ],
    [
      'two aims',
      { options: { search: spaces, maximize, minimize: { stage: 1, metric: 'nll' } }, inputs: { from } },
      'minimize option-without-effect: `maximize` and `minimize` cannot both be what trials are chosen by',
    ],
    [
      'two ways to choose',
      { options: { search: spaces, maximize, folds: 4 }, inputs: { from, on: from } },
      'folds option-without-effect: `folds` and `on` cannot both be given: with `on`, `fold.validation` is those rows',
    ],
    [
      'a grid over a range',
      { options: { search: spaces, maximize, method: { name: 'grid', arguments: {} } }, inputs: { from } },
      'method wrong-type: `grid` goes through every combination, and `c` is a range',
    ],
    [
      'the worst of all',
      { options: { search: spaces, minimize: maximize }, inputs: { from } },
      'minimize warns wrong-direction: `minimize` looks for the worst trial: of `macro_f1` more is better',
    ],
    [
      'a label with one row',
      { options: { search: spaces, maximize }, inputs: { from: dataset(1) } },
      'from too-few-rows: of `a`, `b` there are fewer than two rows, so a fold would leave none to learn from',
    ],
    [
      'more folds than rows',
      { options: { search: spaces, maximize, folds: 40 }, inputs: { from } },
      'folds too-few-rows: 40 folds were asked for, and there are 16 rows',
    ],
  ])('%s', (_, setting, expected) => {
    expect(check(tune, setting).problems).toBe(expected);
  });
});
