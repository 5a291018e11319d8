import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../src/learning/random.ts';
import { labelSets, type Column, type Dataset } from '../../../src/stages/dataset.ts';
import { split } from '../../../src/stages/split.ts';
import type { Part } from '../../../src/stages/split-known.ts';
import { splitRows, type SplitOptions, type SplitResult } from '../../../src/stages/split-rows.ts';
import { checkStage, datasetArtifact, runStage } from './stage-rig.ts';

const names = ['a', 'b', 'c', 'd'];

function datasetOf(sets: readonly (readonly string[])[]): Dataset {
  return {
    rows: sets.length,
    columns: new Map<string, Column>([
      ['text', sets.map((_, i) => `text ${i}`)],
      ['label', sets],
    ]),
    roles: { text: 'text', label: 'label' },
    labels: names,
    multiLabel: true,
    partition: undefined,
    source: Int32Array.from(sets.keys()),
  };
}

const plain: SplitOptions = {
  test: undefined,
  validation: undefined,
  train: undefined,
  unlabelled: undefined,
  stratify: true,
  group_by: undefined,
  duplicates: 'together',
};

const splitOf = (data: Dataset, options: Partial<SplitOptions>, seed = 0): Promise<SplitResult> =>
  splitRows(data, { ...plain, ...options }, (part) => createRandom(seed, 'split', part));

async function drawn(data: Dataset, options: Partial<SplitOptions>, seed = 0) {
  const result = await splitOf(data, options, seed);
  if (result.state === 'wrong') throw new Error(result.findings.map((one) => one.problem.message).join('\n'));
  expect(result.notes).toEqual([]);
  return (part: Part): readonly number[] => result.parts.get(part) ?? [];
}

function counts(data: Dataset, rows: readonly number[]): readonly number[] {
  const sets = labelSets(data);
  return names.map((_, label) => rows.filter((row) => sets[row]?.includes(label)).length);
}

const someSets = fc.array(fc.subarray(names), { minLength: 40, maxLength: 90 });
const seeds = fc.integer({ min: 0, max: 1000 });

test('so many rows of each label at least; fewer are contained in more, and others keep their rows', async () => {
  await fc.assert(
    fc.asyncProperty(someSets, seeds, fc.integer({ min: 2, max: 5 }), async (sets, seed, k) => {
      const data = datasetOf(sets);
      const all = counts(data, [...sets.keys()]);
      fc.pre(Math.min(...all) >= k + 4);
      const test = { rows: 4 };
      const more = await drawn(data, { test, train: { per_label: k } }, seed);
      const fewer = await drawn(data, { test, train: { per_label: k - 1 } }, seed);
      expect(Math.min(...counts(data, more('train')))).toBeGreaterThanOrEqual(k);
      expect(more('train').length).toBeLessThanOrEqual(k * names.length);
      expect(more('train')).toEqual(expect.arrayContaining([...fewer('train')]));
      expect(more('test')).toEqual(fewer('test'));
      expect(more('train').filter((row) => more('test').includes(row))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('rows drawn for one label count for their others', async () => {
  const data = datasetOf(Array.from({ length: 40 }, () => names));
  const parts = await drawn(data, { train: { per_label: 6 } });
  expect(parts('train')).toHaveLength(6);
});

test('a number of rows keeps the labels in proportion, and draws nest', async () => {
  await fc.assert(
    fc.asyncProperty(someSets, seeds, fc.integer({ min: 8, max: 20 }), async (sets, seed, rows) => {
      const data = datasetOf(sets);
      const more = await drawn(data, { test: { rows } }, seed);
      const fewer = await drawn(data, { test: { rows: rows - 3 } }, seed);
      expect(more('test')).toHaveLength(rows);
      expect(more('test')).toEqual(expect.arrayContaining([...fewer('test')]));
      const all = counts(data, [...sets.keys()]);
      counts(data, more('test')).forEach((count, label) => {
        const share = ((all[label] ?? 0) * rows) / sets.length;
        expect(Math.abs(count - share)).toBeLessThanOrEqual(2);
      });
    }),
    { numRuns: 60 },
  );
});

test('without `stratify` the proportions are left to chance', async () => {
  const data = datasetOf(Array.from({ length: 100 }, (_, i) => (i < 10 ? ['a'] : i < 90 ? ['b', 'c'] : [])));
  const strict = await drawn(data, { test: { rows: 20 } });
  expect(counts(data, strict('test'))).toEqual([2, 16, 16, 0]);
  const loose = await Promise.all(
    [1, 2, 3, 4].map((seed) => drawn(data, { test: { rows: 20 }, stratify: false }, seed)),
  );
  expect(new Set(loose.map((parts) => counts(data, parts('test')).join())).size).toBeGreaterThan(1);
});

test('the same row in another place is drawn all the same', async () => {
  const sets = Array.from({ length: 30 }, (_, i) => names.filter((_, label) => (i >> label) % 2 === 1));
  const data = datasetOf(sets);
  const turned: Dataset = {
    ...data,
    columns: new Map([...data.columns].map(([name, values]) => [name, [...values].reverse()])),
  };
  for (const options of [{ train: { per_label: 4 } }, { train: { rows: 9 } }]) {
    const one = await drawn(data, options);
    const other = await drawn(turned, options);
    expect(other('train').map((row) => 29 - row)).toEqual([...one('train')].reverse());
  }
});

test('too few rows of a label are told, before the run where they are known', async () => {
  const sets = Array.from({ length: 12 }, (_, i) => (i < 3 ? ['a', 'b'] : ['b', 'c', 'd']));
  const data = datasetOf(sets);
  const dataset = {
    type: 'dataset',
    columns: ['text', 'label'],
    rows: 12,
    labelled: true,
    multi_label: true,
    labels: names.map((name, label) => ({ name, rows: counts(data, [...sets.keys()])[label] })),
    partition: undefined,
  } as const;
  const options = { train: { per_label: 5 } };
  const before = checkStage(split, options, { dataset });
  expect(before.text).toContain('`train` asks for 5 rows of each label, but `a` has 3');
  expect(before.text).toBe(await runStage(split, options, await datasetArtifact(data)));
  const known = checkStage(split, { train: { per_label: 2 }, unlabelled: 'rest' }, { dataset });
  expect(known.text).toBe('');
  expect(known.statics['train']).toMatchObject({
    multi_label: true,
    rows: undefined,
    labels: names.map((name) => ({ name, rows: undefined })),
  });
});
