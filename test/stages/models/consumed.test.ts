import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consumedOf,
  labelBudget,
  labelsUsed,
  nothingConsumed,
  uniteConsumed,
  type ConsumedRow,
} from '../../../src/stages/consumed.ts';
import { readConsumed, writeConsumed, writeConsumingMore } from '../../../src/stages/consumed-file.ts';
import { consumedRows, identitiesOf } from '../../../src/stages/consumed-rows.ts';
import { withoutLabels } from '../../../src/stages/dataset.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { mixedColumns, originalColumn } from '../../../src/stages/training-rows.ts';
import { artifactOf, collectingOutput } from '../data/memory.ts';
import { training } from './messages.ts';
import { datasetArtifact, datasetOf, ngrams, run, type Row } from './rig.ts';

const rows: Row[] = [
  ['Where is my card', 'card'],
  ['When do you open', 'hours'],
  ['I want this book', 'borrow'],
];

describe('the label budget', () => {
  test('counts every labelled row once, and equal texts of two rows twice', async () => {
    const twice = datasetOf([...rows, ['where  is MY card ', 'card']]);
    const fitted = await consumedRows(twice, 'fitted');
    expect(labelBudget(fitted)).toEqual({ fitted: 4, selected: 0 });
    expect(labelBudget(uniteConsumed(fitted, fitted))).toEqual({ fitted: 4, selected: 0 });
  });

  test('a row that was fitted and selected with counts as fitted', async () => {
    const first = datasetOf(rows.slice(0, 2));
    const last = datasetOf(rows.slice(1), { source: Int32Array.from([1, 2]) });
    const both = uniteConsumed(await consumedRows(first, 'fitted'), await consumedRows(last, 'selected'));
    expect(labelBudget(both)).toEqual({ fitted: 2, selected: 1 });
    expect(labelsUsed(labelBudget(both))).toBe(3);
  });

  test('copies count with the row they were made from, kept or not', async () => {
    const copies = datasetOf([rows[0], ['Where was my card', 'card'], ['When should you open', 'hours']], {
      source: Int32Array.from([0, 0, 1]),
      columns: { [originalColumn]: [null, rows[0][0], rows[1][0]] },
    });
    const consumed = await consumedRows(copies, 'fitted');
    expect(labelBudget(consumed)).toEqual({ fitted: 2, selected: 0 });
    const [copy] = await identitiesOf(['Where was my card']);
    expect(consumed.rows.find(({ identity }) => identity === copy)).toMatchObject({
      fitted: false,
      seen: true,
    });
    expect(uniteConsumed(consumed, await consumedRows(datasetOf(rows), 'fitted')).rows).toHaveLength(5);
  });

  test('a mixed row counts for both rows in it, whether the other one is there or not', async () => {
    const columns = { [mixedColumns.text]: [null, rows[1][0]], [mixedColumns.label]: [null, 'hours'] };
    const mixed = datasetOf([rows[0], rows[0]], { source: Int32Array.from([0, 0]), columns });
    const alone = await consumedRows(mixed, 'fitted');
    expect(labelBudget(alone)).toEqual({ fitted: 2, selected: 0 });
    const all = uniteConsumed(await consumedRows(datasetOf(rows), 'fitted'), alone);
    expect(labelBudget(all)).toEqual({ fitted: 3, selected: 0 });
  });

  test('unlabelled rows cost nothing and are remembered', async () => {
    const pool = await consumedRows(withoutLabels(datasetOf(rows)), 'fitted');
    expect(labelBudget(pool)).toEqual({ fitted: 0, selected: 0 });
    expect(pool.rows.map(({ seen }) => seen)).toEqual([true, true, true]);
  });
});

const anyRow: fc.Arbitrary<ConsumedRow> = fc.record({
  identity: fc.constantFrom('a', 'b', 'c'),
  row: fc.integer({ min: -1, max: 2 }),
  fitted: fc.boolean(),
  selected: fc.boolean(),
  seen: fc.boolean(),
});

test('order and repetition change nothing', () => {
  fc.assert(
    fc.property(fc.array(anyRow), fc.array(anyRow), (some, others) => {
      const [a, b] = [consumedOf(some), consumedOf(others)];
      const both = uniteConsumed(a, b);
      expect(uniteConsumed(b, a)).toEqual(both);
      expect(uniteConsumed(both, a, nothingConsumed)).toEqual(both);
      expect(labelsUsed(labelBudget(both))).toBeGreaterThanOrEqual(labelsUsed(labelBudget(a)));
      for (const { identity, fitted } of some)
        if (fitted) expect(both.rows.some((row) => row.identity === identity && row.fitted)).toBe(true);
    }),
  );
});

describe('in the artifact', () => {
  test('what is written is read', async () => {
    const consumed = await consumedRows(datasetOf(training), 'selected');
    const { output, files } = collectingOutput();
    await writeConsumed(output, consumed);
    expect(await readConsumed(artifactOf('model', files))).toEqual(consumed);
    expect(await readConsumed(ngrams())).toEqual(nothingConsumed);
  });

  test('a model made from another one has consumed what that one has', async () => {
    const tune = async (model = ngrams(), own = training) =>
      (await run(fineTune, { inputs: { model, from: await datasetArtifact(datasetOf(own)) } })).artifact;
    const again = await tune(await tune(), rows);
    expect(labelBudget(await readConsumed(again))).toEqual({ fitted: training.length + 3, selected: 0 });
  });

  test('a model can be written again as one that has consumed more', async () => {
    const from = await datasetArtifact(datasetOf(training));
    const { artifact } = await run(fineTune, { inputs: { model: ngrams(), from } });
    const { output, files } = collectingOutput();
    await writeConsumingMore(output, artifact, await consumedRows(datasetOf(rows), 'selected'));
    const more = artifactOf('model', files);
    expect(more.names).toEqual(artifact.names);
    expect(labelBudget(await readConsumed(more))).toEqual({ fitted: training.length, selected: 3 });
  });
});
