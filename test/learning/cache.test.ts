import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { alphas, betas, chosenCache, temperatures } from '../../src/learning/heads/cache-choice.ts';
import { fitCache, type CacheOptions } from '../../src/learning/heads/cache.ts';
import { headProbabilities } from '../../src/learning/heads/probabilities.ts';
import { describeHead, headTensors, restoreHead } from '../../src/learning/heads/stored.ts';
import { softTargets } from '../../src/learning/targets.ts';

interface Case {
  readonly name: string;
  readonly columns: number;
  readonly labels: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly queries: readonly number[];
  readonly units: readonly number[];
  readonly fits: readonly (CacheOptions & { readonly probabilities: readonly number[] })[];
  readonly losses: readonly (CacheOptions & { readonly loss: number })[];
}

const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/learning/cache.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };

const matrix = (columns: number, data: readonly number[]) => ({
  rows: data.length / columns,
  columns,
  data: Float32Array.from(data),
});

describe.each(cases)('$name', ({ columns, labels, x, y, queries, units, fits, losses }) => {
  const rows = matrix(columns, x);
  const targets = Int32Array.from(y);

  test.each(fits)(
    'alpha $alpha, beta $beta: the probabilities of Tip-Adapter, stored and read back',
    (fit) => {
      const head = fitCache(rows, targets, labels, fit);
      const stored = restoreHead(describeHead(head), headTensors(head));
      const found = headProbabilities(stored, matrix(columns, queries));
      fit.probabilities.forEach((wanted, i) =>
        expect(Math.abs((found[i] ?? NaN) - wanted)).toBeLessThan(2e-5),
      );
      const soft = fitCache(rows, softTargets(targets, labels), labels, fit);
      expect(headProbabilities(soft, matrix(columns, queries))).toEqual(found);
    },
  );

  test.each(losses)(
    'alpha $alpha, beta $beta, temperature $temperature: the loss of fits without the row',
    (given) => {
      const choice = chosenCache(rows, targets, Int32Array.from(units), labels, given);
      expect(Math.abs((choice?.loss ?? NaN) / given.loss - 1)).toBeLessThan(1e-4);
      expect(choice?.alpha).toBe(given.alpha);
    },
  );

  test('what is left open has the lowest loss of all that is tried, and no higher one than prototypes alone', () => {
    const auto = { alpha: 'auto', beta: 'auto', temperature: 'auto' } as const;
    const lossOf = (given: Parameters<typeof chosenCache>[4]): number =>
      chosenCache(rows, targets, Int32Array.from(units), labels, given)?.loss ?? NaN;
    const best = chosenCache(rows, targets, Int32Array.from(units), labels, auto);
    const all = alphas.flatMap((alpha) =>
      betas.flatMap((beta) => temperatures.map((temperature) => lossOf({ alpha, beta, temperature }))),
    );
    expect(best?.loss).toBe(Math.min(...all));
    expect(best?.loss).toBeLessThanOrEqual(best?.alone ?? NaN);
    expect(best?.alone).toBe(lossOf({ ...auto, alpha: 0 }));
  });
});

test('of one row a label none can be left out', () => {
  const rows = matrix(2, [1, 0, 0, 1, 1, 1]);
  const auto = { alpha: 'auto', beta: 'auto', temperature: 'auto' } as const;
  expect(chosenCache(rows, Int32Array.of(0, 1, 2), Int32Array.of(0, 1, 2), 3, auto)).toBeUndefined();
});
