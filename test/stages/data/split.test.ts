import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../src/learning/random.ts';
import type { StaticDataset } from '../../../src/stages/artifact.ts';
import { select, texts, type Dataset, type Value } from '../../../src/stages/dataset.ts';
import { split } from '../../../src/stages/split.ts';
import type { Part } from '../../../src/stages/split-known.ts';
import { splitRows, type SplitOptions } from '../../../src/stages/split-rows.ts';
import { checkStage, datasetArtifact, runStage, type Given } from './stage-rig.ts';

type Row = readonly [text: string, label: string, group?: string | null];

function datasetOf(rows: readonly Row[]): Dataset {
  const columns: [string, Value[]][] = [
    ['text', rows.map(([text]) => text)],
    ['label', rows.map(([, label]) => label)],
    ['who', rows.map(([, , group]) => group ?? null)],
  ];
  return {
    rows: rows.length,
    columns: new Map(columns),
    roles: { text: 'text', label: 'label' },
    labels: [...new Set(rows.map(([, label]) => label))].sort(),
    multiLabel: false,
    partition: undefined,
    source: Int32Array.from(rows, (_, i) => i),
  };
}

/** `a` rows of label a and so on, with texts of their own. */
function balanced(counts: Readonly<Record<string, number>>): Dataset {
  return datasetOf(
    Object.entries(counts).flatMap(([label, n]) =>
      Array.from({ length: n }, (_, i): Row => [`${label} number ${i}`, label]),
    ),
  );
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

type Parts = Readonly<Record<Part, readonly number[]>>;

async function drawn(
  dataset: Dataset,
  options: Partial<SplitOptions>,
  seed = 0,
): Promise<Parts & { notes: readonly string[] }> {
  const result = await splitRows(dataset, { ...plain, ...options }, (part) =>
    createRandom(seed, 'split', part),
  );
  if (result.state === 'wrong')
    throw new Error(result.findings.map(({ problem }) => problem.message).join('\n'));
  const of = (part: Part): readonly number[] => result.parts.get(part) ?? [];
  return {
    test: of('test'),
    validation: of('validation'),
    train: of('train'),
    unlabelled: of('unlabelled'),
    notes: result.notes,
  };
}

function labelCounts(dataset: Dataset, rows: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const label of select(dataset, rows).columns.get('label') as readonly string[])
    counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

const isSubset = (a: readonly number[], b: readonly number[]): boolean => a.every((row) => b.includes(row));

/** Rows with few distinct texts, so that they repeat, and few groups. */
const someRows = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 40 }).map((n) => `Text ${n}`),
    fc.constantFrom('x', 'y'),
    fc.option(fc.constantFrom('ann', 'bob', 'cy', 'dan'), { freq: 2 }),
  ),
  { minLength: 4, maxLength: 60 },
);

test('counts are met, parts share no row, labels keep their proportions', async () => {
  const data = balanced({ a: 200, b: 100, c: 20 });
  const parts = await drawn(data, {
    test: { rows: 32 },
    validation: { share: 0.1 },
    train: { per_label: 8 },
    unlabelled: 'rest',
  });
  expect(labelCounts(data, parts.test)).toEqual({ a: 20, b: 10, c: 2 });
  expect(labelCounts(data, parts.validation)).toEqual({ a: 20, b: 10, c: 2 });
  expect(labelCounts(data, parts.train)).toEqual({ a: 8, b: 8, c: 8 });
  expect(parts.unlabelled).toHaveLength(320 - 32 - 32 - 24);
  expect(new Set([...parts.test, ...parts.validation, ...parts.train, ...parts.unlabelled]).size).toBe(320);
  expect(parts.notes).toEqual([]);
  const loose = await drawn(data, { test: { rows: 32 }, stratify: false }, 1);
  expect(loose.test).toHaveLength(32);
  expect(labelCounts(data, loose.test)).not.toEqual({ a: 20, b: 10, c: 2 });
});

test('seeds and parts draw differently; the same seed the same', async () => {
  const data = balanced({ a: 100, b: 100 });
  const one = await drawn(data, { train: { per_label: 8 } }, 1);
  expect(await drawn(data, { train: { per_label: 8 } }, 1)).toEqual(one);
  expect((await drawn(data, { train: { per_label: 8 } }, 2)).train).not.toEqual(one.train);
  expect((await drawn(data, { test: { per_label: 8 } }, 1)).test).not.toEqual(one.train);
});

test('another number of training rows leaves test and validation alone; draws nest', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1000 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 10 }),
      fc.boolean(),
      async (seed, few, more, perLabel) => {
        const data = balanced({ a: 30, b: 17, c: 12 });
        const of = async (n: number): Promise<Parts> =>
          drawn(
            data,
            {
              test: { rows: 7 },
              validation: { share: 0.05 },
              train: perLabel ? { per_label: n } : { rows: n },
            },
            seed,
          );
        const [small, large] = [await of(Math.min(few, more)), await of(Math.max(few, more))];
        expect(small.test).toEqual(large.test);
        expect(small.validation).toEqual(large.validation);
        expect(isSubset(small.train, large.train)).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

test('draws are uniform: every row is drawn equally often', async () => {
  const data = datasetOf([
    ...Array.from({ length: 10 }, (_, i): Row => [`t${i}`, 'a']),
    ['t0', 'a'],
    ['t0', 'a'],
  ]);
  const hits = new Int32Array(12);
  const seeds = 3000;
  for (let seed = 0; seed < seeds; seed++)
    for (const row of (await drawn(data, { train: { rows: 1 } }, seed)).train)
      hits[row] = (hits[row] ?? 0) + 1;
  const unit = (hits[0] ?? 0) + (hits[10] ?? 0) + (hits[11] ?? 0); // three copies of one text have its chance together
  const counts = [unit, ...hits.slice(1, 10)];
  const expected = seeds / 10;
  const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  expect(chiSquare).toBeLessThan(27.9); // 9 degrees of freedom, p = 0.001
  expect(Math.min(hits[0] ?? 0, hits[10] ?? 0, hits[11] ?? 0)).toBeGreaterThan(60);
});

test('the order of the rows does not matter, and a row more moves few others', async () => {
  await fc.assert(
    fc.asyncProperty(
      someRows,
      fc.integer({ min: 0, max: 99 }),
      fc.infiniteStream(fc.nat()),
      async (rows, seed, noise) => {
        const options: Partial<SplitOptions> = {
          test: { share: 0.2 },
          train: { share: 0.3 },
          stratify: false,
        };
        const chosen = async (
          of: readonly Row[],
        ): Promise<{ test: string[]; train: string[] } | undefined> => {
          const data = datasetOf(of);
          const result = await splitRows(data, { ...plain, ...options }, (part) =>
            createRandom(seed, 'split', part),
          );
          if (result.state === 'wrong') return undefined; // too few distinct texts
          const shown = (part: Part): string[] =>
            (result.parts.get(part) ?? []).map((i) => JSON.stringify([...of[i]].slice(0, 2))).sort();
          return { test: shown('test'), train: shown('train') };
        };
        const before = await chosen(rows);
        const keyed = rows.map((row) => [noise.next().value, row] as const);
        const permuted = [...keyed].sort(([a], [b]) => a - b).map(([, row]) => row);
        expect(await chosen(permuted)).toEqual(before);

        const after = await chosen([['a new text', 'x'], ...rows]);
        if (before === undefined || after === undefined) return;
        const missing = (a: string[], b: string[]): number => {
          const rest = [...b];
          return a.filter((row) => {
            const at = rest.indexOf(row);
            if (at !== -1) rest.splice(at, 1);
            return at === -1;
          }).length;
        };
        expect(missing(before.test, after.test)).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 60 },
  );
});

test('one row more in large data moves at most a few rows of any part', async () => {
  const rows = Array.from({ length: 400 }, (_, i): Row => [`text ${i}`, i % 3 === 0 ? 'a' : 'b']);
  const counts: Partial<SplitOptions> = {
    test: { rows: 60 },
    validation: { per_label: 5 },
    train: { per_label: 8 },
  };
  for (let n = 0; n < 10; n++) {
    const before = await drawn(datasetOf(rows), counts, n);
    const after = await drawn(datasetOf([[`new ${n}`, 'a'], ...rows]), counts, n);
    for (const part of ['test', 'validation', 'train'] as const) {
      const kept = new Set(after[part].map((row) => row - 1));
      expect(before[part].filter((row) => !kept.has(row)).length).toBeLessThanOrEqual(3);
    }
  }
});

test('equal texts and groups stay together, whatever is drawn', async () => {
  await fc.assert(
    fc.asyncProperty(someRows, fc.integer({ min: 0, max: 99 }), fc.boolean(), async (rows, seed, grouped) => {
      const data = datasetOf(rows);
      const group_by = grouped ? 'who' : undefined;
      const parts = await splitRows(
        data,
        { ...plain, test: { share: 0.2 }, train: { rows: 2 }, unlabelled: 'rest', group_by },
        (part) => createRandom(seed, 'split', part),
      );
      if (parts.state === 'wrong') return;
      const owner = new Map<string, Part>();
      for (const [part, of] of parts.parts)
        for (const row of of) {
          const [text, , group] = rows[row] as Row;
          const keys = [
            `t ${text.toLowerCase()}`,
            ...(grouped && typeof group === 'string' ? [`g ${group}`] : []),
          ];
          for (const key of keys) expect(owner.get(key) ?? part).toBe(part);
          for (const key of keys) owner.set(key, part);
        }
    }),
    { numRuns: 60 },
  );
});

test('by the column of the labels parts have whole classes, and no class in common', async () => {
  const data = balanced({ a: 20, b: 20, c: 20, d: 20, e: 20 });
  const {
    test: measured,
    validation,
    train,
    notes,
  } = await drawn(data, {
    test: { share: 0.5 },
    validation: { rows: 3 },
    train: 'rest',
    group_by: 'label',
  });
  expect([measured.length, validation.length, train.length, notes]).toEqual([40, 20, 40, []]);
  const classes = [measured, validation, train].map(
    (rows) => new Set(rows.map((row) => Math.floor(row / 20))),
  );
  expect(classes.map(({ size }) => size)).toEqual([2, 1, 2]);
  expect(new Set(classes.flatMap((some) => [...some])).size).toBe(5);
  await expect(drawn(data, { train: { per_label: 2 }, group_by: 'label' })).rejects.toThrow(
    '`per label` takes rows of every label',
  );
});

test('duplicates: together, drop, allow', async () => {
  const data = datasetOf([
    ['Same  text', 'a'],
    ['same text', 'a'],
    ['other', 'a'],
    ['third', 'a'],
  ]);
  const together = await drawn(data, { test: { named: [0] }, train: 'rest' });
  expect(together).toMatchObject({
    train: [2, 3],
    notes: ['1 row went into no part: a row with the same text or group is in another part'],
  });
  const drop = await drawn(data, { test: { named: [1] }, train: 'rest', duplicates: 'drop' });
  expect(drop).toMatchObject({
    train: [2, 3],
    notes: ['1 row repeats the text of another row and went into no part'],
  });
  expect(await drawn(data, { train: 'rest', duplicates: 'drop' })).toMatchObject({ train: [0, 2, 3] });
  expect(await drawn(data, { test: { named: [0] }, train: 'rest', duplicates: 'allow' })).toMatchObject({
    train: [1, 2, 3],
    notes: [],
  });
});

test('copies of one loaded row never are in two parts', async () => {
  const data = balanced({ a: 4 });
  const copies = select(data, [0, 0, 1, 1, 2, 3]);
  const changed = { ...copies, columns: new Map(copies.columns).set('text', ['p', 'q', 'r', 's', 't', 'u']) };
  for (let seed = 0; seed < 10; seed++) {
    const parts = await drawn(changed, { test: { rows: 1 }, train: 'rest', duplicates: 'allow' }, seed);
    const [row] = parts.test;
    const source = changed.source[row];
    expect(parts.train.every((other) => changed.source[other] !== source)).toBe(true);
  }
});

test('named rows are rows of the loaded data, in their order; other parts avoid them', async () => {
  const data = balanced({ a: 6, b: 6 });
  const part = select(data, [11, 10, 9, 8, 7, 6, 5, 4]); // such as what an earlier split left
  const parts = await drawn(part, {
    test: { named: [9, 11] },
    train: { per_label: 1 },
    unlabelled: { named: [4, 9] },
  });
  expect(parts.test).toEqual([2, 0]);
  expect(parts.unlabelled).toEqual([7]);
  expect(parts.notes).toEqual(['1 row was removed from `unlabelled`, because another part has them']);
  expect(parts.train.filter((row) => [0, 2, 7].includes(row))).toEqual([]);
});

test('what is written: parts with their rows, unlabelled ones without labels', async () => {
  const data = balanced({ a: 10, b: 10 });
  const ran = await runStage(
    split,
    { test: { rows: 4 }, train: { per_label: 2 }, unlabelled: 'rest' },
    await datasetArtifact(data),
  );
  if (typeof ran === 'string') throw new Error(ran);
  const { test: held, train, unlabelled } = ran.parts as Record<Part, Dataset>;
  expect([held.partition, train.partition, unlabelled.partition]).toEqual(['test', 'train', 'unlabelled']);
  expect([held.labels, train.labels, unlabelled.labels]).toEqual([['a', 'b'], ['a', 'b'], []]);
  expect(texts(train)).toEqual([...train.source].map((row) => texts(data)[row]));
  expect(unlabelled.columns.has('label')).toBe(false);
  expect(Buffer.from(ran.files['unlabelled']?.['data.parquet'] ?? []).includes('label')).toBe(false);
});

const known: StaticDataset = {
  type: 'dataset',
  columns: ['text', 'label'],
  rows: 20,
  labelled: true,
  labels: [
    { name: 'a', rows: 12 },
    { name: 'b', rows: 8 },
  ],
  partition: undefined,
};

test('labelled parts know the column of the labels', () => {
  const dataset: StaticDataset = { ...known, label_column: 'label' };
  const { statics } = checkStage(split, { train: { per_label: 4 }, unlabelled: 'rest' }, { dataset });
  expect(statics['train']).toMatchObject({ label_column: 'label' });
  expect(statics['unlabelled']).not.toHaveProperty('label_column');
});

test('what is known of the parts before the run', () => {
  const { statics, text } = checkStage(
    split,
    { test: { share: 0.25 }, train: { per_label: 4 }, unlabelled: 'rest' },
    { dataset: known },
  );
  expect(text).toBe('');
  expect(statics['test']).toMatchObject({
    rows: 5,
    partition: 'test',
    labels: [{ name: 'a' }, { name: 'b' }],
  });
  expect(statics['train']).toMatchObject({
    rows: 8,
    labelled: true,
    labels: [
      { name: 'a', rows: 4 },
      { name: 'b', rows: 4 },
    ],
  });
  expect(statics['unlabelled']).toMatchObject({ rows: undefined, labelled: false, labels: [] });
  const options = { train: 'rest', test: { named: [1] } };
  expect(split.randomness(options as never, () => undefined)).toBe(false);
  expect(split.randomness({ ...options, validation: { rows: 1 } }, () => undefined)).toBe(true);
  expect(split.absent?.(options as never)).toEqual(['validation', 'unlabelled']);
});

const twenty = balanced({ a: 12, b: 8 });

test('where labels are too small, those that may be one are named', async () => {
  const rows = balanced({ Bad: 2, bad: 3, good: 5 });
  const drawn = await splitRows(rows, { ...plain, train: { per_label: 4 } }, (part) => createRandom(0, part));
  expect(drawn).toMatchObject({
    findings: [
      {
        problem: {
          hint:
            '`"Bad"` and `"bad"` differ only in white space or case: if they are one label, give them one name with `label_names` of ' +
            "`load`; else at most `2 per label` is possible here; lower this count or another part's, or bring more rows",
        },
      },
    ],
  });
});

test.each<[what: string, options: Given, message: string]>([
  [
    'more shots than a label has rows',
    { train: { per_label: 10 }, test: 'rest' },
    `at train:1:1 too-few-rows: \`train\` asks for 10 rows of each label, but \`b\` has 8
hint: at most \`8 per label\` is possible here; lower this count or another part's, or bring more rows`,
  ],
  [
    'more shots than earlier parts left',
    { validation: { per_label: 3 }, train: { per_label: 6 } },
    `at train:1:1 too-few-rows: \`train\` asks for 6 rows of each label, but after \`validation\` \`b\` has 5
hint: at most \`5 per label\` is possible here; lower this count or another part's, or bring more rows`,
  ],
  [
    'a label that is used up',
    { validation: { per_label: 8 }, train: { per_label: 6 } },
    `at train:1:1 too-few-rows: \`train\` asks for 6 rows of each label, but after \`validation\` \`a\` has 4, \`b\` has 0
hint: lower another part's count, bring rows of the label, or leave the label out with \`where:\` in \`load\``,
  ],
  [
    'more rows than there are',
    { test: { rows: 15 }, train: { rows: 6 } },
    `at train:1:1 too-few-rows: \`train\` asks for 6 rows, but after \`test\` there are 5 rows left
hint: lower this count or another part's, or bring more rows`,
  ],
  [
    'a share of less than one row',
    { test: { share: 0.01 } },
    `at test:1:1 too-few-rows: \`test\` asks for 1% of the rows, but there are 20 rows left
hint: lower this count or another part's, or bring more rows`,
  ],
  [
    'nothing left',
    { test: { rows: 20 }, train: 'rest' },
    `at train:1:1 too-few-rows: \`train\` asks for the rest, but after \`test\` there are no rows left
hint: lower this count or another part's, or bring more rows`,
  ],
  [
    'rest twice, and rows twice',
    { test: { named: [1, 2, 3] }, validation: { named: [2, 3] }, train: 'rest', unlabelled: 'rest' },
    `at unlabelled:1:1 overlapping-parts: \`rest\` is for one part, and another one has it already
hint: give a number, a share, or \`N per label\` here
at validation:1:1 overlapping-parts: \`validation\` names 2 rows that \`test\` has: 2, 3
hint: name each row in one of them`,
  ],
  [
    'no part',
    {},
    `at train:1:1 missing-option: \`split\` makes no part
hint: say how many rows each part gets, such as \`train: 8 per label\` and \`test: rest\``,
  ],
])('refused before the run, and by the run: %s', async (_, options, message) => {
  expect(checkStage(split, options, { dataset: known }).text).toBe(message);
  expect(await runStage(split, options, await datasetArtifact(twenty))).toBe(message);
});

test('whole classes: rows of each label are refused before the run, and how many rows parts get is not known', async () => {
  const dataset = { ...known, label_column: 'label' };
  const perLabel = { train: { per_label: 2 }, test: 'rest', group_by: 'label' };
  const message = `at train:1:1 wrong-type: \`per label\` takes rows of every label, and by \`group_by\` each label goes into one part as a whole
hint: give a number or a share of rows: \`30%\`, \`rest\``;
  expect(checkStage(split, perLabel, { dataset }).text).toBe(message);
  expect(await runStage(split, perLabel, await datasetArtifact(twenty))).toBe(message);
  // The first takes eight rows or twelve, so nobody knows that nothing is left.
  const shares = { test: { rows: 13 }, validation: { rows: 8 }, group_by: 'label' };
  const { text, statics } = checkStage(split, shares, { dataset });
  expect([text, statics['test']]).toMatchObject(['', { rows: undefined, labels: undefined }]);
});

test('what depends on the data: rows outside it, columns, labels', async () => {
  const text = (options: Given, dataset = known): string => checkStage(split, options, { dataset }).text;
  const outside = { test: { named: [3, 20, 21] } };
  expect(text(outside, { ...known, numbered: 22 })).toBe(''); // two rows were left out and have their numbers
  const numbered = { ...known, rows: undefined, numbered: 22 };
  expect(text({ test: { named: [22] } }, numbered)).toContain('the rows 0 to 21');
  expect(text(outside)).toBe(
    `at test:1:1 out-of-range: \`test\` names the rows 20, 21, but the data has the rows 0 to 19
hint: rows are counted from 0; check that the list was made for this data`,
  );
  expect(await runStage(split, outside, await datasetArtifact(twenty))).toMatch(
    /names the rows 20, 21, but the dataset/,
  );
  const grouped = { train: 'rest', group_by: 'lable' };
  const message = `at group_by:1:1 unknown-column: the data has no column \`lable\`
hint: did you mean \`label\`? The columns are \`text\`, \`label\``;
  expect(text(grouped)).toBe(message);
  expect(await runStage(split, grouped, await datasetArtifact(twenty))).toContain('did you mean `label`?');
  const unlabelled: StaticDataset = { ...known, labelled: false, labels: [] };
  expect(text({ train: { per_label: 2 } }, unlabelled)).toMatch(/^at train:1:1 needs-labels: /);
  // Which labels the rows of `test` have is not known yet.
  expect(text({ test: { rows: 10 }, train: { per_label: 9 } })).toContain(
    'but after `test` `a` has about 6, `b` has about 4\nhint: about `4 per label` is possible here',
  );
  // Nothing is claimed of data that is not known.
  const unknown: StaticDataset = { ...known, rows: undefined, labels: undefined, columns: undefined };
  expect(
    text({ train: { per_label: 100 }, test: { rows: 1e6 }, validation: { named: [1e6] } }, unknown),
  ).toBe('');
});

test('how many rows a label has left is told as the run will find it', async () => {
  const data = balanced({ a: 40, b: 40 });
  const of: StaticDataset = {
    ...known,
    columns: ['text', 'label', 'who'],
    rows: 80,
    labels: data.labels.map((name) => ({ name, rows: 40 })),
  };
  const text = (options: Given): string => checkStage(split, options, { dataset: of }).text;
  const artifact = await datasetArtifact(data);
  for (const per_label of [30, 50]) {
    const options = { test: { share: 0.3 }, train: { per_label } };
    const before = text(options);
    expect(before).toContain(
      `\`train\` asks for ${per_label} rows of each label, but after \`test\` \`a\` has about 28, \`b\` has about 28`,
    );
    expect(before).toContain('about `28 per label` is possible here');
    expect(await runStage(split, options, artifact)).toBe(
      before.replaceAll('about ', '').replace('hint: ', 'hint: at most '),
    );
  }
  expect(text({ test: { share: 0.3 }, train: { per_label: 28 } })).toBe('');
  const three: StaticDataset = {
    ...of,
    labels: ['a', 'b', 'c'].map((name) => ({ name, rows: undefined })),
    rows: 80,
  };
  expect(checkStage(split, { test: { rows: 60 }, train: { per_label: 9 } }, { dataset: three }).text).toBe(
    `at train:1:1 too-few-rows: \`train\` asks for 9 rows of each of 3 labels, but after \`test\` there are 20 rows left
hint: lower this count or another part's, or bring more rows`,
  );
});
