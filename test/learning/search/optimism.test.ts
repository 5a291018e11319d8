import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../../../src/learning/random.ts';
import { optimismOf } from '../../../src/learning/search/optimism.ts';

type Scores = readonly (readonly number[])[];

interface World {
  /** How far trials truly differ; noise of one fold has 1. */
  readonly spread: number;
  readonly trials: number;
  readonly folds: number;
}

/** What Tibshirani and Tibshirani (2009) subtract. */
function tibshirani(scores: Scores, best: number): number {
  const own = scores[best] ?? [];
  return mean(own.map((score, fold) => Math.max(...scores.map((trial) => trial[fold] ?? 0)) - score));
}

/** Means over many searches: of the estimates, and of how far the best figure truly was above what it stands for. */
function simulate({ spread, trials, folds }: World, estimate: typeof tibshirani) {
  const random = createRandom(7, 'optimism');
  const estimates: number[] = [];
  const truths: number[] = [];
  for (let search = 0; search < 1500; search += 1) {
    const draw = random.derive(search);
    const quality = Array.from({ length: trials }, () => spread * normal(draw));
    const difficulty = Array.from({ length: folds }, () => normal(draw));
    const scores = quality.map((value) => difficulty.map((fold) => value + fold + normal(draw)));
    const means = scores.map(mean);
    const best = means.indexOf(Math.max(...means));
    estimates.push(estimate(scores, best));
    truths.push((means[best] ?? 0) - (quality[best] ?? 0) - mean(difficulty));
  }
  return { estimated: mean(estimates), truth: mean(truths) };
}

const leftOut = (scores: Scores, best: number): number => optimismOf(scores, best) ?? NaN;

describe('the luck of a search', () => {
  test.each<World>([
    { spread: 0, trials: 5, folds: 4 },
    { spread: 0, trials: 20, folds: 2 },
    { spread: 0, trials: 20, folds: 10 },
    { spread: 0.5, trials: 20, folds: 4 },
    { spread: 0.5, trials: 5, folds: 10 },
    { spread: 2, trials: 20, folds: 10 },
  ])('is what it is on average: $trials trials on $folds folds that differ by $spread', (world) => {
    const { estimated, truth } = simulate(world, leftOut);
    expect(Math.abs(estimated - truth)).toBeLessThan(0.12);
  });

  test('is overestimated with many folds, and underestimated with two, by comparing fold by fold', () => {
    const many = simulate({ spread: 0, trials: 20, folds: 10 }, tibshirani);
    expect(many.estimated / many.truth).toBeGreaterThan(1.8);
    const two = simulate({ spread: 0, trials: 20, folds: 2 }, tibshirani);
    expect(two.estimated / two.truth).toBeLessThan(0.6);
  });

  test('is none where one trial wins on every fold, and unknown on one fold', () => {
    expect(
      optimismOf(
        [
          [0.5, 0.6, 0.7],
          [0.4, 0.5, 0.6],
        ],
        0,
      ),
    ).toBe(0);
    expect(optimismOf([[0.5], [0.4]], 0)).toBeUndefined();
  });

  test('is told by hand for two folds that disagree', () => {
    // Left with the second fold the second trial wins, and has 0.2 on the first; left with the first the first, with 0.1.
    expect(
      optimismOf(
        [
          [0.9, 0.1],
          [0.2, 0.7],
        ],
        0,
      ),
    ).toBeCloseTo((0.9 - 0.2 + (0.1 - 0.1)) / 2, 12);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
