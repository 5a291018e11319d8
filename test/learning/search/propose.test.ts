import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/learning/random.ts';
import {
  drawValue,
  type Dimension,
  type Observation,
  type Point,
  type Propose,
} from '../../../src/learning/search/dimension.ts';
import { betterHalf, rounds } from '../../../src/learning/search/halving.ts';
import { grid, proposeByParzen, proposeRandomly } from '../../../src/learning/search/propose.ts';

type Method = (dimensions: readonly Dimension[], random: ReturnType<typeof createRandom>) => Propose;

/** Trials of a method on a function of which smaller values are better. */
function search(
  method: Method,
  dimensions: readonly Dimension[],
  loss: (point: Point) => number | undefined,
  { trials, seed }: { readonly trials: number; readonly seed: number },
): readonly Observation[] {
  const propose = method(dimensions, createRandom(seed, 'search'));
  const history: Observation[] = [];
  for (let trial = 0; trial < trials; trial += 1) {
    const point = propose(trial, history);
    const value = loss(point);
    history.push({ point, score: value === undefined ? undefined : -value });
  }
  return history;
}

const least = (history: readonly Observation[]): number =>
  Math.min(...history.map(({ score }) => -(score ?? -Infinity)));

/** Of Dixon and Szegő's test set: three equal valleys, least value 0.397887. */
const branin = ([x = 0, y = 0]: Point): number =>
  (y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6) ** 2 +
  10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
  10;
const braninPlane: readonly Dimension[] = [
  { type: 'uniform', low: -5, high: 10 },
  { type: 'uniform', low: 0, high: 15 },
];

describe('draws', () => {
  const of = (dimension: Dimension, count = 4000): readonly number[] => {
    const random = createRandom(3, 'draws');
    return Array.from({ length: count }, () => drawValue(dimension, random));
  };
  /** Largest distance of the distribution functions (Kolmogorov and Smirnov); 1.95 / sqrt(n) is passed one time in a thousand. */
  const distance = (values: readonly number[], cdf: (value: number) => number): number =>
    [...values]
      .sort((a, b) => a - b)
      .reduce((most, value, i, { length }) => Math.max(most, Math.abs(cdf(value) - (i + 0.5) / length)), 0);

  test('of `uniform` are uniform', () => {
    const values = of({ type: 'uniform', low: -2, high: 6 });
    expect(distance(values, (value) => (value + 2) / 8)).toBeLessThan(1.95 / Math.sqrt(values.length));
  });

  test('of `log_uniform` are uniform in their logarithms', () => {
    const values = of({ type: 'log_uniform', low: 1e-5, high: 1e-1 });
    const share = (value: number): number => (Math.log10(value) + 5) / 4;
    expect(distance(values, share)).toBeLessThan(1.95 / Math.sqrt(values.length));
    expect(distance(values, (value) => (value - 1e-5) / (1e-1 - 1e-5))).toBeGreaterThan(0.5);
  });

  test.each<Dimension>([
    { type: 'int', low: -1, high: 3 },
    { type: 'choice', count: 5 },
  ])('of $type have every value equally often, ends included', (dimension) => {
    const first = dimension.type === 'choice' ? 0 : -1;
    const values = of(dimension);
    for (let value = first; value < first + 5; value += 1)
      expect(Math.abs(values.filter((one) => one === value).length - 800)).toBeLessThan(5 * Math.sqrt(640));
    expect(new Set(values).size).toBe(5);
  });

  test('never leave the range', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-12, max: 1e9, noNaN: true }),
        fc.double({ min: 1e-12, max: 1e9, noNaN: true }),
        fc.constantFrom('uniform' as const, 'log_uniform' as const),
        fc.integer(),
        (a, b, type, seed) => {
          fc.pre(a !== b);
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const value = drawValue({ type, low, high }, createRandom(seed));
          return value >= low && value <= high;
        },
      ),
    );
  });
});

test('a grid has every combination once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 }), (counts) => {
      const points = grid(counts);
      expect(points).toHaveLength(counts.reduce((product, count) => product * count, 1));
      expect(new Set(points.map(String)).size).toBe(points.length);
      for (const point of points) {
        expect(point).toHaveLength(counts.length);
        point.forEach((value, i) => expect(value >= 0 && value < counts[i]).toBe(true));
      }
    }),
  );
  expect(grid([2, 3])).toEqual([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]); // prettier-ignore
});

describe.each([
  ['random', proposeRandomly],
  ['tpe', proposeByParzen],
] as const)('%s', (_, method) => {
  test('begins a longer search with the trials of a shorter one', () => {
    const [short, long] = [12, 30].map((trials) => search(method, braninPlane, branin, { trials, seed: 5 }));
    expect(long.slice(0, 12)).toEqual(short);
  });

  test('gives equal trials for equal seeds, and others for others', () => {
    const points = (seed: number) => search(method, braninPlane, branin, { trials: 15, seed });
    expect(points(1)).toEqual(points(1));
    expect(points(1)).not.toEqual(points(2));
  });
});

describe('tpe', () => {
  test('comes closer to the least value of Branin than random search, over seeds', () => {
    const seeds = Array.from({ length: 40 }, (_, seed) => seed);
    const found = (method: Method): readonly number[] =>
      seeds.map((seed) => least(search(method, braninPlane, branin, { trials: 60, seed })));
    const [estimated, random] = [found(proposeByParzen), found(proposeRandomly)];
    const gains = seeds.map((seed) => random[seed] - estimated[seed]);
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    const sd = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1));
    expect(mean / (sd / Math.sqrt(gains.length))).toBeGreaterThan(3); // one-sided p below 0.003
  });

  test('finds the known best of a mixed space', () => {
    const dimensions: readonly Dimension[] = [
      { type: 'log_uniform', low: 1e-6, high: 1 },
      { type: 'int', low: 1, high: 64 },
      { type: 'choice', count: 4 },
    ];
    const loss = ([rate = 0, size = 0, kind = 0]: Point): number =>
      (Math.log10(rate) + 3) ** 2 + ((size - 40) / 20) ** 2 + (kind === 2 ? 0 : 3);
    const history = search(proposeByParzen, dimensions, loss, { trials: 120, seed: 2 });
    const [best] = [...history].sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
    const [rate = 0, size = 0, kind] = best?.point ?? [];
    expect(kind).toBe(2);
    expect(Math.abs(Math.log10(rate) + 3)).toBeLessThan(0.4);
    expect(Math.abs(size - 40)).toBeLessThan(8);
  });

  test('keeps away from where trials fail', () => {
    const dimensions: readonly Dimension[] = [{ type: 'uniform', low: 0, high: 1 }];
    const loss = ([x = 0]: Point): number | undefined => (x > 0.5 ? undefined : 1);
    const late = [1, 2, 3, 4, 5].flatMap((seed) =>
      search(proposeByParzen, dimensions, loss, { trials: 60, seed }).slice(20),
    );
    const failed = late.filter(({ score }) => score === undefined).length;
    expect(failed / late.length).toBeLessThan(0.35); // at random a half, give or take 0.04
  });

  test('draws at random while every trial has failed', () => {
    const [estimated, random] = [proposeByParzen, proposeRandomly].map((method) =>
      search(method, braninPlane, () => undefined, { trials: 15, seed: 1 }),
    );
    expect(estimated).toEqual(random);
  });
});

describe('halving', () => {
  test.each([
    [1, [1]],
    [2, [1, 2]],
    [4, [1, 2, 4]],
    [5, [1, 2, 4, 5]],
  ])('measures on more and more of %i folds', (folds, expected) => {
    expect(rounds(folds)).toEqual(expected);
  });

  test.each([
    { scores: [0.1, 0.4, 0.3, 0.2], expected: [1, 2] },
    { scores: [0.1, 0.4, 0.3], expected: [1, 2] },
    { scores: [0.5, 0.5, 0.5, 0.5], expected: [0, 1] },
    { scores: [undefined, 0.1, undefined, 0.2], expected: [1, 3] },
    { scores: [undefined, undefined, undefined, 0.2], expected: [3] },
    { scores: [undefined], expected: [] },
  ])('of $scores goes on with $expected', ({ scores, expected }) => {
    expect(betterHalf(scores)).toEqual(expected);
  });
});
