import { describe, expect, test } from 'vitest';
import type { Artifact, Static, StaticDataset } from '../../../src/stages/artifact.ts';
import { loadClassifier } from '../../../src/stages/classifier.ts';
import { texts, withColumn, withoutLabels, withTexts, type Dataset } from '../../../src/stages/dataset.ts';
import { readDataset } from '../../../src/stages/dataset-file.ts';
import { distill } from '../../../src/stages/distill.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { predict } from '../../../src/stages/predict.ts';
import { prompt } from '../../../src/stages/prompt.ts';
import type { Member } from '../../../src/stages/stage.ts';
import { testing, training } from './messages.ts';
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
  said,
  type Row,
} from './rig.ts';

const starts = ['', 'Hello. ', 'Good morning! ', 'Excuse me, ', 'One question: '];
const pool: readonly Row[] = [...training, ...testing].flatMap(([text, label]) =>
  starts.slice(1).map((start) => [start + text, label] as const),
);
const unlabelled = withoutLabels(datasetOf(pool, { partition: 'unlabelled' }));

async function teacherOf(rows: Dataset = datasetOf(training), options: object = {}): Promise<Artifact> {
  const inputs = { model: ngrams(), from: await datasetArtifact(rows) };
  return (await run(fineTune, { options: options as never, inputs })).artifact;
}

const members = (...artifacts: readonly Artifact[]): readonly Member[] =>
  artifacts.map((artifact, i) => ({ name: `t${i + 1}`, keys: {}, artifact }));

async function taught(teachers: readonly Artifact[], options: object = {}, rows: Dataset = unlabelled) {
  const from = await datasetArtifact(rows);
  const inputs = { teacher: members(...teachers), student: ngrams(), from };
  return run(distill, { options: options as never, inputs });
}

describe('a student', () => {
  test('says what its teacher says, and tells how often on rows held out', async () => {
    const teacher = await teacherOf();
    const { artifact, notes } = await taught([teacher], { c: 1000, temperature: 1 });
    const [own, wanted] = [await said(artifact, datasetOf(pool)), await said(teacher, datasetOf(pool))];
    own.forEach((share, i) => expect(Math.abs(share - (wanted[i] ?? NaN))).toBeLessThan(0.02));
    const { distilled } = (await json(artifact, 'model.json')) as {
      distilled: { agreement: { rows: number; value: number; low: number; high: number } };
    };
    expect(distilled).toMatchObject({ teachers: 1, rows: pool.length, agreement: { rows: pool.length } });
    const { value, low, high } = distilled.agreement;
    expect(0 < low && low < value && value <= high && high <= 1).toBe(true);
    expect(notes).toEqual([
      `the student agrees with its teacher on ${(value * 100).toFixed(1)} % of 72 rows held out of a fit (95 % interval ${(low * 100).toFixed(1)} … ${(high * 100).toFixed(1)} %)`,
    ]);
  });

  test('is told by nothing about rows that were held out', async () => {
    const turned = training.map(([text], i) => [text, training[(i * 5) % 12]?.[1] ?? ''] as const);
    const { artifact } = await taught([await teacherOf(datasetOf(turned))], {}, withoutLabels(datasetOf(training))); // prettier-ignore
    const model = (await json(artifact, 'model.json')) as { distilled: { agreement: { value: number } } };
    expect(model.distilled.agreement.value).toBeLessThan(0.7);
  });

  test('is a classifier like any other', async () => {
    const { artifact: model } = await taught([await teacherOf()]);
    const on = await datasetArtifact(datasetOf(testing));
    const { artifact } = await run(evaluate, { options: { overlap: 'refuse' }, inputs: { model, on } });
    const report = (await json(artifact, 'report.json')) as { baselines: object; checks: { name: string }[] };
    expect(report).toMatchObject({ labels_used: 12 });
    expect(report.checks.map(({ name }) => name)).toEqual(['no_interval', 'no_interval', 'no_interval']);
    expect(Object.keys(report.baselines)).toEqual(['majority', 'frozen_probe']);
    const rows = await run(predict, { options: { neighbours: 1 }, inputs: { model, from: on } });
    const { columns } = await readDataset(rows.artifact);
    expect(columns.get('predicted')).toEqual(testing.map(([, label]) => label));
    expect(training.map(([text]) => text)).toContain(columns.get('neighbour_1')?.[0]);
    expect(await failure(run(evaluate, { inputs: { model, on: await datasetArtifact(datasetOf(training)) } }))).toMatch(/^step:on overlap: 12 of the 12 rows/); // prettier-ignore
    expect(await failure(run(evaluate, { inputs: { model, on: await datasetArtifact(datasetOf(pool)) } }))).toMatch(/^step:on overlap: 72 of the 72 rows/); // prettier-ignore
  });

  test('of equal rows has equal bytes', async () => {
    const teacher = await teacherOf();
    expect((await taught([teacher])).artifact.digest).toBe((await taught([teacher])).artifact.digest);
  });

  test('of a student has the rows of the first teacher', async () => {
    const { artifact } = await taught([(await taught([await teacherOf()])).artifact]);
    expect(await budgetOf(artifact)).toEqual({ fitted: 12, selected: 0 });
    const { support } = await loadClassifier(artifact, context);
    expect(texts(await support())).toEqual(training.map(([text]) => text));
  });
});

describe('labels of the rows', () => {
  const labelled = datasetOf(pool);

  test('count in the budget only where they are read', async () => {
    const teacher = await teacherOf();
    expect(await budgetOf((await taught([teacher])).artifact)).toEqual({ fitted: 12, selected: 0 });
    expect(await budgetOf((await taught([teacher], {}, labelled)).artifact)).toEqual({
      fitted: 84,
      selected: 0,
    });
    const unread = (await taught([teacher], { alpha: 0 }, labelled)).artifact;
    expect(await budgetOf(unread)).toEqual({ fitted: 12, selected: 0 });
    const without = (await taught([teacher], { alpha: 0 })).artifact;
    expect(await said(unread, labelled)).toEqual(await said(without, labelled));
  });

  test('pull the student away from a teacher that is wrong', async () => {
    const names = ['borrow', 'card', 'hours'];
    const wrong = training.map(
      ([text, label]) => [text, names[(names.indexOf(label) + 1) % 3] ?? ''] as const,
    );
    const teacher = await teacherOf(datasetOf(wrong));
    const right = async (alpha: number) => {
      const found = await said((await taught([teacher], { alpha, c: 100 }, labelled)).artifact, labelled);
      return pool.filter(([, label], i) => {
        const row = [...found.subarray(i * 3, i * 3 + 3)];
        return names[row.indexOf(Math.max(...row))] === label;
      }).length;
    };
    expect(await right(0)).toBeLessThan(20);
    expect(await right(0.9)).toBeGreaterThan(60);
  });

  test('that no teacher knows are refused', async () => {
    const strange = datasetOf([...pool.slice(1), ['Hello', 'other']]);
    expect(await failure(taught([await teacherOf()], {}, strange))).toMatch(/^step:from unknown-label: the rows have the label `other`/); // prettier-ignore
  });
});

describe('several teachers', () => {
  test('are averaged, whatever the order of their labels', async () => {
    const turned = datasetOf(training, { labels: ['hours', 'card', 'borrow'] });
    const [first, second] = [await teacherOf(), await teacherOf(turned, { class_weights: 'balanced' })];
    const from = await datasetArtifact(unlabelled);
    const inputs = { teacher: members(first, second), student: ngrams(), from };
    const { parts } = await run(distill, { inputs });
    const rows = await readDataset(parts['taught']);
    const [a, b] = [await said(first, unlabelled), await said(second, unlabelled)];
    const column = rows.columns.get('teacher_probabilities') as readonly (readonly number[])[];
    column.flat().forEach((share, i) => {
      const [row, label] = [Math.floor(i / 3), i % 3];
      expect(share).toBeCloseTo(((a[i] ?? 0) + (b[row * 3 + 2 - label] ?? 0)) / 2, 12);
    });
    expect(rows.columns.get('teacher')?.slice(0, 4)).toEqual(['borrow', 'borrow', 'borrow', 'borrow']);
    expect(texts(rows)).toEqual(pool.map(([text]) => text));
  });

  test('bring the rows of all of them, each once', async () => {
    const [first, second] = [training.slice(0, 10), training.slice(2)];
    const { artifact } = await taught([
      await teacherOf(datasetOf(first, { columns: { page: first.map((_, i) => i) } })),
      await teacherOf(datasetOf(second, { source: Int32Array.from(second, (_, i) => i + 2) })),
    ]);
    expect(await budgetOf(artifact)).toEqual({ fitted: 12, selected: 0 });
    const { support } = await loadClassifier(artifact, context);
    expect(texts(await support())).toEqual(training.map(([text]) => text));
  });

  test('that know different labels are refused', async () => {
    const two = await teacherOf(datasetOf(training.slice(0, 8)));
    expect(await failure(taught([await teacherOf(), two]))).toBe(
      'step:teacher unknown-label: the teachers know different labels: `t1` `borrow`, `card`, `hours`, and `t2` `borrow`, `hours`',
    );
  });
});

test('a teacher brings its own prompt, a student that of its rows', async () => {
  const ask = async (rows: Dataset, options: object): Promise<Dataset> => {
    const inputs = { from: await datasetArtifact(rows) };
    return readDataset((await run(prompt, { options: options as never, inputs })).artifact);
  };
  const teacher = await teacherOf(await ask(datasetOf(training), { template: ['Library: {text}'] }));
  const asked = await ask(unlabelled, { template: ['{text} Thanks.'] });
  const { artifact } = await taught([teacher], { c: 1000, temperature: 1 }, asked);
  const wanted = await said(teacher, datasetOf(testing));
  const found = await said(artifact, datasetOf(testing));
  found.forEach((share, i) => expect(Math.abs(share - (wanted[i] ?? NaN))).toBeLessThan(0.1));
  const { description, support } = await loadClassifier(artifact, context);
  expect(description.prompt?.templates).toEqual([[{ hole: 'text' }, ' Thanks.']]);
  expect((await support()).prompt).toBeUndefined();
  const labels = await ask(datasetOf(pool), { template: ['{text}'], label_template: ['{label}'] });
  expect(await failure(taught([teacher], {}, labels))).toMatch(
    /^step:from not-supported: the prompt of these rows/,
  );
});

describe('what only the rows show', () => {
  test.each([
    [
      'no texts',
      { ...unlabelled, roles: {} },
      'step:from needs-text: `distill` reads texts, and these rows have none',
    ],
    ['mixed rows', withColumn(unlabelled, 'mixed_with', pool.map(() => 'x')), 'step:from not-supported: the rows were mixed by `mixup`, so there is no one text that a teacher could label'], // prettier-ignore
  ])('%s', async (_, rows, expected) => {
    expect(await failure(taught([await teacherOf()], {}, rows))).toBe(expected);
  });

  test('a label that a teacher never gives', async () => {
    const knn = { name: 'head', arguments: { kind: 'knn', c: 1, alpha: 1, k: 1, distance: 'cosine', weights: 'uniform' } }; // prettier-ignore
    const rows = withTexts(
      unlabelled,
      pool.map(() => 'I have lost my library card'),
    );
    expect(await failure(taught([await teacherOf(undefined, { method: knn })], {}, rows))).toBe(
      'step:teacher labels-without-rows: the teacher gives no row any share of the labels `borrow`, `hours`, so nothing can be learnt about them',
    );
  });

  test('too few rows to hold any back', async () => {
    const few = withoutLabels(datasetOf(training.slice(0, 9)));
    const { notes } = await taught([await teacherOf()], {}, few);
    expect(notes).toEqual(['how often the student agrees with its teacher is not known: 9 rows are too few to hold any back']); // prettier-ignore
  });
});

describe('what is known before anything runs', () => {
  const from: StaticDataset = {
    type: 'dataset',
    columns: ['text', 'teacher'],
    rows: 50,
    labelled: false,
    labels: [],
    partition: 'unlabelled',
  };
  const labelled: StaticDataset = { ...from, labelled: true, labels: [{ name: 'x', rows: 2 }, { name: 'z', rows: 1 }] }; // prettier-ignore
  const teacher = (
    name: string,
    ...labels: readonly string[]
  ): { readonly name: string; readonly static: Static } => ({
    name,
    static: { type: 'model', capability: 'classifier', labels },
  });

  test('the student knows the labels of its teacher', () => {
    const { problems, outputs } = check(distill, { inputs: { from }, many: [teacher('a', 'x', 'y')] });
    expect(problems).toBe('');
    expect(outputs).toEqual({
      '': { type: 'model', capability: 'classifier', labels: ['x', 'y'] },
      taught: { ...from, columns: ['text', 'teacher', 'teacher_', 'teacher_probability', 'teacher_probabilities'] }, // prettier-ignore
    });
  });

  test.each<[object, StaticDataset, readonly (readonly string[])[], string]>([
    [{ alpha: 1 }, labelled, [], 'alpha option-without-effect: with `alpha: 1` only the labels of the rows count, and the teacher is not heard'], // prettier-ignore
    [{ alpha: 0.2 }, from, [], 'alpha warns option-without-effect: `alpha` weighs the labels of the rows, and these rows have none'], // prettier-ignore
    [{}, labelled, [['x', 'y']], 'from unknown-label: the rows have the label `z`, which the model has never seen'], // prettier-ignore
    [{ alpha: 0 }, labelled, [['x', 'y']], ''],
    [{}, from, [['x', 'y'], ['y', 'x'], ['x', 'z']], 'teacher unknown-label: the teachers know different labels: `t1` `x`, `y`, and `t3` `x`, `z`'], // prettier-ignore
    [{}, { ...labelled, multi_label: true }, [], 'from not-supported: these rows have lists of labels, and this version of `distill` knows one label a row'], // prettier-ignore
    [{}, { ...from, prompt: { mask: false, words: [], label_texts: true, calibrate: false } }, [], 'from not-supported: the prompt of these rows makes texts of labels or shows demonstrations, and a student learns from its teacher alone'], // prettier-ignore
  ])('%j', (options, rows, labels, expected) => {
    const many = labels.map((own, i) => teacher(`t${i + 1}`, ...own));
    expect(check(distill, { options: options as never, inputs: { from: rows }, many }).problems).toBe(
      expected,
    );
  });
});
