import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/learning/random.ts';
import { drawFolds } from '../../src/learning/sampling/folds.ts';
import { unitsOf, type Units } from '../../src/learning/sampling/units.ts';

interface Row {
  readonly text: string;
  readonly label: number;
  readonly group?: string;
}

function units(rows: readonly Row[]): Units {
  return unitsOf(
    {
      identity: rows.map(({ text }) => text),
      detail: (row) => String(rows[row]?.label),
      source: Int32Array.from(rows.keys()),
      group: rows.map(({ group }) => group),
    },
    true,
  );
}

function folded(rows: readonly Row[], folds: number, seed = 0): Int32Array {
  const labelCount = Math.max(0, ...rows.map(({ label }) => label)) + 1;
  const labels = Int32Array.from(rows, ({ label }) => label);
  return drawFolds({ units: units(rows), labels, labelCount }, folds, createRandom(seed, 'folds'));
}

/** Rows of the label in each fold; of all labels without one. */
function counts(rows: readonly Row[], fold: Int32Array, folds: number, label?: number): readonly number[] {
  return Array.from(
    { length: folds },
    (_, k) => rows.filter((row, i) => fold[i] === k && (label === undefined || row.label === label)).length,
  );
}

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

const separateRows = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 80 })
  .map((labels) => labels.map((label, i): Row => ({ text: `text ${i}`, label })));

describe('folds', () => {
  test('of rows that stand alone differ by one row at most, in every label and altogether', () => {
    fc.assert(
      fc.property(separateRows, fc.integer({ min: 2, max: 7 }), fc.integer(), (rows, folds, seed) => {
        const fold = folded(rows, folds, seed);
        expect(spread(counts(rows, fold, folds))).toBeLessThanOrEqual(1);
        for (let label = 0; label < 5; label += 1)
          expect(spread(counts(rows, fold, folds, label))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('never part rows of one group or of one text', () => {
    const groupedRows = fc.array(
      fc.record({
        text: fc.integer({ min: 0, max: 30 }).map((n) => `text ${n}`),
        label: fc.integer({ min: 0, max: 2 }),
        group: fc.option(
          fc.integer({ min: 0, max: 8 }).map((n) => `group ${n}`),
          { nil: undefined },
        ),
      }),
      { minLength: 2, maxLength: 60 },
    );
    fc.assert(
      fc.property(groupedRows, fc.integer({ min: 2, max: 5 }), (sketches, folds) => {
        const rows: Row[] = sketches.map(({ text, label, group }) => ({
          text,
          label,
          ...(group !== undefined && { group }),
        }));
        const fold = folded(rows, folds);
        rows.forEach((a, i) =>
          rows.forEach((b, j) => {
            if (a.text === b.text || (a.group !== undefined && a.group === b.group))
              expect(fold[i]).toBe(fold[j]);
          }),
        );
      }),
    );
  });

  test('do not depend on the order of the rows', () => {
    fc.assert(
      fc.property(separateRows, fc.integer(), (rows, seed) => {
        const order = createRandom(seed).shuffle([...rows.keys()]);
        const there = folded(
          order.map((i) => rows[i]),
          3,
        );
        const here = folded(rows, 3);
        order.forEach((i, place) => expect(there[place]).toBe(here[i]));
      }),
    );
  });

  test('depend on the seed, and no fold gets the odd rows every time', () => {
    const rows = Array.from({ length: 9 }, (_, i): Row => ({ text: `text ${i}`, label: i % 2 }));
    const larger = new Set<number>();
    for (let seed = 0; seed < 40; seed += 1) {
      const sizes = counts(rows, folded(rows, 4, seed), 4);
      larger.add(sizes.indexOf(3));
    }
    expect(larger.size).toBe(4);
  });

  test('spread large groups first', () => {
    const group = (name: string, size: number): readonly Row[] =>
      Array.from({ length: size }, (_, i) => ({ text: `${name} ${i}`, label: 0, group: name }));
    const rows = [...group('a', 6), ...group('b', 5), ...group('c', 3), ...group('d', 2)];
    expect([...counts(rows, folded(rows, 2), 2)].sort()).toEqual([8, 8]);
  });
});

test('rows of several labels: each fold gets its share of every label', () => {
  const set = fc.subarray([0, 1, 2], { maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(set, { minLength: 20, maxLength: 60 }),
      fc.integer({ min: 2, max: 4 }),
      (sets, k) => {
        const rows = sets.map((_, i) => ({ text: String(i), label: 0 }));
        const fold = drawFolds(
          { units: units(rows), labels: sets, labelCount: 3 },
          k,
          createRandom(0, 'folds'),
        );
        const of = (label: number): readonly number[] =>
          Array.from(
            { length: k },
            (_, at) => sets.filter((own, i) => fold[i] === at && own.includes(label)).length,
          );
        const rarest = [0, 1, 2].sort((a, b) => sum(of(a)) - sum(of(b)))[0] ?? 0;
        expect(spread(of(rarest))).toBeLessThanOrEqual(1);
        for (const label of [0, 1, 2]) expect(spread(of(label))).toBeLessThanOrEqual(4);
      },
    ),
  );
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
