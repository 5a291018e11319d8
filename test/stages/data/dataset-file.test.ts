import { parquetReadObjects } from 'hyparquet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset, Value } from '../../../src/stages/dataset.ts';
import {
  labelIndices,
  select,
  texts,
  withColumn,
  withTexts,
  withoutLabels,
} from '../../../src/stages/dataset.ts';
import { readDataset, writeDataset } from '../../../src/stages/dataset-file.ts';
import { artifactOf, collectingOutput } from './memory.ts';

function dataset(columns: Readonly<Record<string, readonly Value[]>>, rest: Partial<Dataset> = {}): Dataset {
  const rows = Object.values(columns)[0]?.length ?? 0;
  return {
    rows,
    columns: new Map(Object.entries(columns)),
    roles: {},
    labels: [],
    multiLabel: false,
    partition: undefined,
    source: Int32Array.from({ length: rows }, (_, i) => i),
    ...rest,
  };
}

async function stored(value: Dataset): Promise<Record<string, Uint8Array>> {
  const { output, files } = collectingOutput();
  await writeDataset(output, value);
  return files;
}

async function roundTrip(value: Dataset): Promise<Dataset> {
  return readDataset(artifactOf('dataset', await stored(value)));
}

const reviews = dataset(
  {
    review: ['fine', 'bad', 'good ☕', 'fine'],
    sentiment: ['1', '0', '1', '1'],
    stars: [3, 1, 5, 3],
    score: [0.5, null, 1, -0],
    checked: [true, false, null, true],
    tags: [['a'], [], null, ['b', 'c']],
    mixed: ['x', 1, [true, null], null],
    nothing: [null, null, null, null],
  },
  {
    roles: { text: 'review', label: 'sentiment', id: 'stars' },
    labels: ['1', '0'],
    partition: 'train',
    source: Int32Array.of(7, 3, 7, 0),
  },
);

test('a dataset comes back as it was', async () => {
  expect(await roundTrip(reviews)).toEqual(reviews);
  const empty = select(reviews, []);
  expect(await roundTrip(empty)).toEqual(empty);
});

test('names that a table may have', async () => {
  const odd = dataset({
    b: [1],
    '2': ['two'],
    _source: ['taken'],
    'a b': [[1, 2.5]],
    list: [['x']],
    element: [null],
  });
  expect(await roundTrip(odd)).toEqual(odd);
});

test('any columns come back, and equal data gives equal bytes', async () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0), // JSON has no -0
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
  const column = fc.oneof(
    fc.array(fc.string({ unit: 'grapheme' }), { minLength: 3, maxLength: 3 }),
    fc.array(fc.integer(), { minLength: 3, maxLength: 3 }),
    fc.array(value, { minLength: 3, maxLength: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(column, column, async (a, b) => {
      const data = dataset({ a, b });
      const files = await stored(data);
      expect(await readDataset(artifactOf('dataset', files))).toEqual(data);
      expect(await stored(dataset({ a: [...a], b: [...b] }))).toEqual(files);
    }),
    { numRuns: 60 },
  );
});

test('more rows than a row group keep their order', async () => {
  const rows = 2500;
  const many = dataset({ text: Array.from({ length: rows }, (_, i) => `row ${i}`) });
  expect((await roundTrip(many)).columns.get('text')).toEqual(many.columns.get('text'));
});

test('the table is one that other readers know', async () => {
  const { 'data.parquet': bytes } = await stored(select(reviews, [1, 3]));
  const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
  expect(rows).toEqual([
    {
      review: 'bad',
      sentiment: '0',
      stars: 1n,
      score: null,
      checked: false,
      tags: [],
      mixed: 1n,
      nothing: null,
      _source: 3n,
    },
    {
      review: 'fine',
      sentiment: '1',
      stars: 3n,
      score: -0,
      checked: true,
      tags: ['b', 'c'],
      mixed: null,
      nothing: null,
      _source: 0n,
    },
  ]);
});

test('rows, texts and labels', () => {
  const picked = select(reviews, [2, 0, 2]);
  expect(texts(picked)).toEqual(['good ☕', 'fine', 'good ☕']);
  expect([...picked.source]).toEqual([7, 7, 7]);
  expect([...labelIndices(reviews)]).toEqual([0, 1, 0, 0]);
  expect(texts(withTexts(picked, ['a', 'b', 'c']))).toEqual(['a', 'b', 'c']);
  expect([...withColumn(picked, 'new', [1, 2, 3]).columns.keys()].at(-1)).toBe('new');
  expect(() => withTexts(picked, ['too few'])).toThrow('another number of rows');
});

test('labels that are dropped are not in the file either', async () => {
  const files = await stored(withoutLabels(reviews));
  const [row] = await parquetReadObjects({
    file: new Uint8Array(files['data.parquet']).buffer,
  });
  expect(Object.keys(row ?? {})).not.toContain('sentiment');
  expect(Buffer.from(files['dataset.json']).toString()).not.toContain('sentiment');
  expect((await readDataset(artifactOf('dataset', files))).labels).toEqual([]);
});
