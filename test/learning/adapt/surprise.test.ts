// Surprises against scipy's chances, and drift by them: how often it is found where there is none, and how soon where there is.
import { describe, expect, test } from 'vitest';
import { chanceOf, kernels, referenceOf } from '../../../src/learning/adapt/mmd.ts';
import { chanceAmong, jointChance, surpriseOf } from '../../../src/learning/adapt/surprise.ts';
import { createSurpriseWatch } from '../../../src/learning/adapt/surprise-watch.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { fixture } from './fixture.ts';

describe('how surprising a label is', () => {
  test('is how much more probable the best other one is', () => {
    const probabilities = Float64Array.from([0.2, 0.5, 0.3]);
    expect(surpriseOf(probabilities, 1)).toBeCloseTo(Math.log(0.3 / 0.5), 12);
    expect(surpriseOf(probabilities, 0)).toBeCloseTo(Math.log(0.5 / 0.2), 12);
    expect(surpriseOf(probabilities, undefined)).toBeGreaterThan(40);
    expect(surpriseOf(Float64Array.from([0, 1]), 0)).toBeLessThan(47);
  });

  test('comes by chance as often as it has a place among the earlier ones', () => {
    expect([chanceAmong([], 1), chanceAmong([1, 2, 3], 2.5), chanceAmong([1, 2, 3], 4)]).toEqual([
      1, 0.5, 0.25,
    ]);
    expect(chanceAmong([2, 2, 2], 2)).toBe(1);
  });

  test('together with others as scipy says, for thousands, too', () => {
    for (const { chances, joint } of fixture.chances) expect(jointChance(chances)).toBeCloseTo(joint, 10);
    expect(jointChance([])).toBe(1);
    expect(jointChance([1, 1])).toBe(1);
    const random = createRandom('many');
    const many = jointChance(Array.from({ length: 5000 }, () => 1 - random.next()));
    expect(many).toBeGreaterThan(0.001);
    expect(many).toBeLessThan(0.999);
    expect(jointChance(new Array<number>(5000).fill(0.1))).toBe(0);
  });
});

describe('drift by surprises', () => {
  const alarms = (between: number, seed: number, value: (i: number, drawn: number) => number) => {
    const watch = createSurpriseWatch({ between });
    const random = createRandom(seed, 'surprises');
    return Array.from({ length: 600 }, (_, i) => i).filter((i) => watch.add(value(i, random.normal())));
  };
  const seeds = Array.from({ length: 10 }, (_, seed) => seed);

  test('is told no more often than promised where there is none', () => {
    const found = seeds.flatMap((seed) => alarms(2000, seed, (_, drawn) => drawn));
    expect(found.length).toBeLessThanOrEqual(3); // of 6000 rows
    expect(seeds.flatMap((seed) => alarms(100_000, seed, (_, drawn) => drawn))).toEqual([]);
    expect(seeds.flatMap((seed) => alarms(2000, seed, () => 1))).toEqual([]);
    expect(seeds.flatMap((seed) => alarms(2000, seed, (i, drawn) => drawn - i / 200))).toEqual([]);
  });

  test('is told soon where a third of the rows become surprising', () => {
    const third = (i: number, drawn: number): number => (i >= 300 && i % 3 === 0 ? drawn + 4 : drawn);
    for (const seed of seeds) {
      const [first = NaN] = alarms(100_000, seed, third);
      expect(first).toBeGreaterThanOrEqual(300);
      expect(first).toBeLessThan(360);
    }
  });
});

test('the maximum mean discrepancy and its chance are what numpy and scipy make of the same rows', () => {
  const { reference, rows, scale, within, between, chance } = fixture.mmd;
  const width = reference[0]?.length ?? 0;
  const known = referenceOf(Float32Array.from(reference.flat()), width);
  expect(known.scale).toBeCloseTo(scale, 5);
  const all = Float32Array.from(rows.flat());
  const own = rows.map((row) => kernels(Float32Array.from(row), all, known.scale));
  const far = rows.map((row) => kernels(Float32Array.from(row), known.vectors, known.scale));
  const mean = (of: readonly Float64Array[]): number =>
    of.reduce((sum, values) => sum + values.reduce((a, b) => a + b, 0) / values.length, 0) / of.length;
  expect(mean(own)).toBeCloseTo(within, 5);
  expect(mean(far)).toBeCloseTo(between, 5);
  const found = chanceOf(known, rows.length, { within: mean(own), between: mean(far) });
  expect(Math.abs(Math.log(found / chance))).toBeLessThan(0.1); // the cube root is not quite normal
  expect(chanceOf(referenceOf(new Float32Array(20).fill(1), 4), 5, { within: 1, between: 0.2 })).toBe(1);
});
