import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/learning/random.ts';
import type { Dimension } from '../../../src/learning/search/dimension.ts';
import { parzen } from '../../../src/learning/search/parzen.ts';

interface Case {
  readonly dimension: Dimension;
  readonly observed: readonly number[];
  readonly asked: readonly number[];
  readonly log: readonly number[];
}

const file = join(import.meta.dirname, '..', '..', 'fixtures', 'learning', 'search.json');
const cases = (JSON.parse(readFileSync(file, 'utf8')) as { readonly parzen: readonly Case[] }).parzen;

test.each(cases.map((one) => [`${one.dimension.type} of ${one.observed.length}`, one] as const))(
  'the density over %s observations is that of Optuna',
  (_, { dimension, observed, asked, log }) => {
    const density = parzen(dimension, observed);
    asked.forEach((value, i) => expect(density.logAt(value)).toBeCloseTo(log[i], 5));
  },
);

describe('what is drawn', () => {
  const draws = (dimension: Dimension, observed: readonly number[], count: number): readonly number[] => {
    const density = parzen(dimension, observed);
    const random = createRandom(1, 'draws');
    return Array.from({ length: count }, () => density.draw(random));
  };

  test('is distributed as the density says', () => {
    const dimension: Dimension = { type: 'int', low: 1, high: 5 };
    const observed = [2, 2, 5];
    const drawn = draws(dimension, observed, 20_000);
    for (const value of [1, 2, 3, 4, 5]) {
      const share = drawn.filter((one) => one === value).length / drawn.length;
      const expected = Math.exp(parzen(dimension, observed).logAt(value));
      expect(Math.abs(share - expected)).toBeLessThan(
        5 * Math.sqrt((expected * (1 - expected)) / drawn.length),
      );
    }
  });

  test('lies in the range, and near what was observed', () => {
    const drawn = draws({ type: 'log_uniform', low: 1e-5, high: 1e-1 }, [1e-3, 1.1e-3, 0.9e-3], 2000);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(1e-5);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(1e-1);
    const near = drawn.filter((value) => value > 1e-4 && value < 1e-2).length;
    expect(near / drawn.length).toBeGreaterThan(0.6); // 0.5 where nothing was observed
  });
});
