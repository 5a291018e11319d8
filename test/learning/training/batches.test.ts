// Which rows come when, and in how few shapes; what training makes of shapes is in text-batches.test.ts.
import { describe, expect, it } from 'vitest';
import { passesOf } from '../../../src/learning/training/batches.ts';
import { chooseShapes, type TextShape } from '../../../src/learning/training/shapes.ts';
import { createRandom } from '../../../src/learning/random.ts';

const sorted = (rows: readonly number[]): readonly number[] => [...rows].sort((a, b) => a - b);
const all = Array.from({ length: 200 }, (_, row) => row);

describe('passes', () => {
  const { perPass, plan } = passesOf({ rows: 200, size: 16, seed: 3 });
  const steps = plan(2 * perPass);
  const [first, second] = [steps.slice(0, perPass).flat(), steps.slice(perPass).flat()];

  it('have every row once', () => {
    expect(sorted(first)).toEqual(all);
    expect(sorted(second)).toEqual(all);
  });

  it('are cut into steps of one size, of which the last may have fewer', () => {
    expect(steps.slice(0, perPass).map(({ length }) => length)).toEqual([...Array<number>(12).fill(16), 8]);
    expect(plan(perPass + 1)).toEqual(steps.slice(0, perPass + 1));
  });

  it('have an order that is a function of the seed and the pass', () => {
    expect(passesOf({ rows: 200, size: 16, seed: 3 }).plan(5)).toEqual(steps.slice(0, 5));
    expect(second).not.toEqual(first);
    expect(passesOf({ rows: 200, size: 16, seed: 4 }).plan(perPass).flat()).not.toEqual(first);
  });
});

describe('shapes', () => {
  const random = createRandom('batches');
  /** Of so many batches of up to 16 texts, mostly short, some long, as texts are. */
  const needsOf = (batches: number): readonly TextShape[] =>
    Array.from({ length: batches }, (_, i) => {
      const lengths = Array.from({ length: 16 - (i % 9) }, () => 3 + Math.floor(120 * random.next() ** 3));
      const tokens = lengths.reduce((a, b) => a + b, 0);
      return { texts: lengths.length, places: Math.max(...lengths), tokens };
    });
  const needs = needsOf(400);

  it.each([1, 2, 5, 8])(
    'are at most %s where so many are allowed, and have room for each batch',
    (shapes) => {
      const fitted = chooseShapes(needs, { shapes, maxTokens: 128 });
      expect(new Set(fitted).size).toBeLessThanOrEqual(shapes);
      fitted.forEach((shape, i) => {
        for (const size of ['texts', 'places', 'tokens'] as const)
          expect(shape[size]).toBeGreaterThanOrEqual(needs[i]?.[size] ?? NaN);
      });
    },
  );

  it('are fewer for fewer steps, as each has to be compiled', () => {
    const count = (batches: number): number =>
      new Set(chooseShapes(needs.slice(0, batches), { shapes: 8, maxTokens: 128 })).size;
    expect(count(10)).toBeLessThan(count(400));
  });
});
