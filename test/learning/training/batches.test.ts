// Which rows come when, and in how few shapes; what training makes of it is in batches-train.test.ts.
import { describe, expect, it } from 'vitest';
import { epochOrder, planBatches, type BatchSettings } from '../../../src/learning/training/batches.ts';
import { chooseShapes } from '../../../src/learning/training/shapes.ts';
import { hostBatch, paddedBatches } from '../../../src/learning/training/text-batches.ts';
import { createRandom } from '../../../src/learning/random.ts';

const random = createRandom('batches');
/** Mostly short, some long, as texts are. */
const lengths = Array.from({ length: 200 }, () => 3 + Math.floor(120 * random.next() ** 3));
const single = { texts: lengths.map((_, text) => [text]), lengths };
const sorted = (rows: readonly number[]): readonly number[] => [...rows].sort((a, b) => a - b);
const all = lengths.map((_, row) => row);

describe('the order of an epoch', () => {
  it('is a function of seed and epoch', () => {
    expect(epochOrder(50, 1, 1)).toEqual(epochOrder(50, 1, 1));
    expect(epochOrder(50, 1, 2)).not.toEqual(epochOrder(50, 1, 1));
    expect(epochOrder(50, 2, 1)).not.toEqual(epochOrder(50, 1, 1));
    expect(sorted(epochOrder(50, 1, 1))).toEqual(all.slice(0, 50));
  });
});

describe('batches', () => {
  it.each([
    ['of so many rows', { by: 'rows', rows: 16 }],
    ['of so many tokens', { by: 'tokens', tokens: 512, window: 64 }],
  ] as const)('%s have every row once an epoch', (_, grouping) => {
    const batches = planBatches(single, { seed: 3, epochs: 2, grouping });
    const half = batches.findIndex((_, i) => batches.slice(0, i).flatMap(({ rows }) => rows).length === 200);
    expect(sorted(batches.slice(0, half).flatMap(({ rows }) => rows))).toEqual(all);
    expect(sorted(batches.slice(half).flatMap(({ rows }) => rows))).toEqual(all);
  });

  it('of so many rows follow the order drawn', () => {
    const batches = planBatches(single, { seed: 3, epochs: 1, grouping: { by: 'rows', rows: 16 } });
    expect(batches.map(({ rows }) => rows.length)).toEqual([...Array<number>(12).fill(16), 8]);
    expect(batches.flatMap(({ rows }) => rows)).toEqual(epochOrder(200, 3, 1));
  });

  it('of so many tokens are no larger, padding included, and have less of it', () => {
    const padding = (batches: ReturnType<typeof planBatches>): number =>
      batches
        .map(({ rows }) => rows.map((row) => lengths[row] ?? 0))
        .reduce((sum, own) => sum + own.length * Math.max(...own) - own.reduce((a, b) => a + b, 0), 0);
    const even = planBatches(single, { seed: 3, epochs: 1, grouping: { by: 'rows', rows: 16 } });
    const budget = planBatches(single, {
      seed: 3,
      epochs: 1,
      grouping: { by: 'tokens', tokens: 512, window: 64 },
    });
    for (const { rows } of budget) {
      expect(rows.length * Math.max(...rows.map((row) => lengths[row] ?? 0))).toBeLessThanOrEqual(512);
    }
    expect(padding(budget)).toBeLessThan(padding(even) / 3);
    // The lengths of one batch say nothing about those of the next.
    const longest = budget.map(({ rows }) => lengths[rows[0] ?? 0] ?? 0);
    expect(longest).not.toEqual(sorted(longest));
    expect(longest).not.toEqual([...sorted(longest)].reverse());
  });

  it('of one step, cut for accumulation, have the rows of the step and weigh as they do', () => {
    const grouping = { by: 'rows', rows: 16 } as const;
    const whole = planBatches(single, { seed: 3, epochs: 1, grouping });
    const cut = planBatches(single, { seed: 3, epochs: 1, grouping, accumulate: 3 });
    expect(cut).toHaveLength(3 * whole.length);
    whole.forEach((step, i) => {
      const parts = cut.slice(3 * i, 3 * i + 3);
      expect(sorted(parts.flatMap(({ rows }) => rows))).toEqual(sorted(step.rows));
      const total = parts.reduce((sum, { rows, weight }) => sum + rows.length * weight, 0);
      expect(total / 3).toBeCloseTo(1, 12); // the mean of the parts
    });
  });

  it('have each text once where that is asked', () => {
    const texts = [
      [0, 1],
      [1, 2],
      [0, 2],
      [2, 2],
    ];
    const grouping = { by: 'rows', rows: 4 } as const;
    for (const distinct of [true, false]) {
      const [batch] = planBatches({ texts, lengths: [4, 5, 6] }, { seed: 0, epochs: 1, grouping, distinct });
      expect(batch?.texts).toHaveLength(distinct ? 3 : 8);
      batch?.rows.forEach((row, i) => {
        expect(batch.places[i]?.map((place) => batch.texts[place])).toEqual(texts[row]);
      });
    }
  });
});

describe('shapes', () => {
  const limits = { shapes: 8, maxTokens: 128 };
  const padded = (settings: Omit<BatchSettings, 'seed'>): ReturnType<typeof paddedBatches> =>
    paddedBatches(planBatches(single, { ...settings, seed: 3 }), lengths, limits);
  const keys = (batches: ReturnType<typeof paddedBatches>): ReadonlySet<string> =>
    new Set(
      batches.map(({ shape, capacity }) => `${shape.texts} ${shape.places} ${shape.tokens} ${capacity}`),
    );

  it.each([
    ['rows', { by: 'rows', rows: 16 }, 1],
    ['rows in parts', { by: 'rows', rows: 16 }, 2],
    ['tokens', { by: 'tokens', tokens: 512, window: 64 }, 1],
  ] as const)('are few for batches by %s, and have room for each', (_, grouping, accumulate) => {
    const batches = padded({ epochs: 30, grouping, accumulate });
    expect(keys(batches).size).toBeLessThanOrEqual(8);
    for (const { texts, shape, rows, capacity } of batches) {
      const own = texts.map((text) => lengths[text] ?? 0);
      expect(shape.texts).toBeGreaterThanOrEqual(texts.length);
      expect(shape.places).toBeGreaterThanOrEqual(Math.max(...own));
      expect(shape.tokens).toBeGreaterThanOrEqual(own.reduce((a, b) => a + b, 0));
      expect(capacity).toBeGreaterThanOrEqual(rows.length);
    }
  });

  it('are fewer for fewer steps, as each has to be compiled', () => {
    const count = (epochs: number): number =>
      keys(padded({ epochs, grouping: { by: 'tokens', tokens: 512, window: 64 } })).size;
    expect(count(1)).toBeLessThan(count(30));
  });

  it('keep to the number given', () => {
    const needs = lengths.map((length, i) => ({
      texts: 1 + (i % 9),
      places: length,
      tokens: length * (1 + (i % 9)),
    }));
    for (const shapes of [1, 2, 5]) {
      const fitted = chooseShapes(needs, { shapes, maxTokens: 128 });
      expect(new Set(fitted).size).toBeLessThanOrEqual(shapes);
    }
  });

  it('pad with rows that count for nothing', () => {
    const batches = padded({ epochs: 1, grouping: { by: 'rows', rows: 150 } });
    const last = batches.at(-1);
    if (last === undefined) throw new Error('no batch');
    const { weights } = hostBatch(
      last,
      lengths.map((length) => Array<number>(length).fill(1)),
      2,
    );
    expect(last.rows).toHaveLength(50);
    const counts = Array.from(weights?.data ?? []);
    expect(weights?.shape).toEqual([last.capacity]);
    expect(counts.slice(0, 50)).toEqual(Array(50).fill(Math.fround(1 / 50)));
    expect(counts.slice(50)).toEqual(Array(last.capacity - 50).fill(0));
  });
});
