import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { centresOf } from '../../src/learning/anomaly/centres.ts';
import { leftOutDistances, thresholdAt } from '../../src/learning/anomaly/left-out.ts';
import { unlikeness, type UnlikenessOptions } from '../../src/learning/anomaly/unlikeness.ts';
import { mahalanobis } from '../../src/learning/anomaly/mahalanobis.ts';
import { fitOneClass, oneClassDistances } from '../../src/learning/heads/one-class.ts';
import { headProbabilities, mostProbable } from '../../src/learning/heads/probabilities.ts';
import { describeHead, headTensors, restoreHead } from '../../src/learning/heads/stored.ts';
import type { Matrix } from '../../src/learning/matrix.ts';
import { createRandom } from '../../src/learning/random.ts';
import { rankFigures } from '../../src/learning/metrics/rank-scores.ts';

interface Fixture {
  readonly covariances: readonly {
    readonly rows: number;
    readonly columns: number;
    readonly x: readonly number[];
    readonly queries: readonly number[];
    readonly fits: Readonly<
      Record<'ledoit_wolf' | 'oas', { readonly share: number; readonly distances: readonly number[] }>
    >;
  }[];
  readonly scores: readonly {
    readonly truth: readonly number[];
    readonly scores: readonly number[];
    readonly auroc: number;
    readonly average_precision: number;
  }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/learning/one-class.json', import.meta.url), 'utf8'),
) as Fixture;

const { signal } = new AbortController();
const plain: UnlikenessOptions = { distance: 'mahalanobis', prototypes: 1, shrinkage: 'oas' };

function matrix(columns: number, data: readonly number[]): Matrix {
  return { rows: data.length / columns, columns, data: Float32Array.from(data) };
}

function residuals({ rows, columns, data }: Matrix): Float64Array {
  const mean = Array.from({ length: columns }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < rows; i += 1) sum += data[i * columns + k] ?? 0;
    return sum / rows;
  });
  return Float64Array.from(data, (value, at) => value - (mean[at % columns] ?? 0));
}

describe.each(fixture.covariances)(
  '$rows rows of $columns columns',
  ({ rows, columns, x, queries, fits }) => {
    test.each(['ledoit_wolf', 'oas'] as const)(
      '%s shrinks, and measures, as scikit-learn does',
      (shrinkage) => {
        const normal = matrix(columns, x);
        const { share } = mahalanobis(residuals(normal), rows, columns, shrinkage);
        expect(share).toBeCloseTo(fits[shrinkage].share, 9);
        const found = unlikeness(normal, { ...plain, shrinkage }).measure(matrix(columns, queries));
        fits[shrinkage].distances.forEach((wanted, i) => {
          expect(Math.abs((found[i] ?? NaN) / wanted - 1)).toBeLessThan(1e-8);
        });
      },
    );
  },
);

describe.each(fixture.scores)('scores of $truth.length rows', ({ truth, scores, ...wanted }) => {
  test('have the AUROC and the average precision of scikit-learn, ties and all', () => {
    const figures = rankFigures(Uint8Array.from(truth), Float64Array.from(scores));
    expect(figures.auroc()).toBeCloseTo(wanted.auroc, 12);
    expect(figures.average_precision()).toBeCloseTo(wanted.average_precision, 12);
  });

  test('count rows as often as their weights say', () => {
    const twice = truth.map((_, i) => i).flatMap((i) => (i % 3 === 0 ? [i, i] : [i]));
    const repeated = rankFigures(
      Uint8Array.from(twice, (i) => truth[i] ?? 0),
      Float64Array.from(twice, (i) => scores[i] ?? 0),
    );
    const weights = Float64Array.from(truth, (_, i) => (i % 3 === 0 ? 2 : 1));
    const figures = rankFigures(Uint8Array.from(truth), Float64Array.from(scores));
    expect(figures.auroc(weights)).toBeCloseTo(repeated.auroc(), 12);
    expect(figures.average_precision(weights)).toBeCloseTo(repeated.average_precision(), 12);
  });
});

test('of one kind of rows there is no AUROC, and of normal ones no average precision', () => {
  const figures = rankFigures(new Uint8Array(3), Float64Array.of(1, 2, 3));
  expect(figures.auroc()).toBeNaN();
  expect(figures.average_precision()).toBeNaN();
});

describe('the threshold', () => {
  test('is the distance of rank quantile * (rows + 1), or the largest of too few rows', () => {
    const distances = Float64Array.of(5, 1, 4, 2, 3, 9, 8, 7, 6);
    expect(thresholdAt(distances, 0.9)).toEqual({ threshold: 9, reached: true });
    expect(thresholdAt(distances, 0.5)).toEqual({ threshold: 5, reached: true });
    expect(thresholdAt(distances, 0.95)).toEqual({ threshold: 9, reached: false });
    expect(thresholdAt(distances, 0.75, 4)).toEqual({ threshold: 8, reached: true });
    expect(thresholdAt(distances, 0.75, 2)).toEqual({ threshold: 9, reached: false });
  });

  test('comes from rows measured by the others, and not by themselves', () => {
    const normal = matrix(1, [0, 1, 2, 9]);
    const options = { ...plain, distance: 'euclidean' } as const;
    const units = Int32Array.of(0, 1, 2, 3);
    expect([...leftOutDistances(normal, units, options, signal)]).toEqual(
      [4, 1 + 5 / 3, 4 / 3, 8].map((d) => expect.closeTo(d, 6) as number),
    );
    const { head } = fitOneClass(normal, units, { ...options, quantile: 0.75, signal });
    expect(head.settings['threshold']).toBe(8);
  });

  test('leaves rows that belong together out together', () => {
    const normal = matrix(1, [0, 1, 2, 9, 9]);
    const options = { ...plain, distance: 'euclidean', prototypes: 5 } as const;
    const apart = leftOutDistances(normal, Int32Array.of(0, 1, 2, 3, 4), options, signal);
    const together = leftOutDistances(normal, Int32Array.of(0, 1, 2, 3, 3), options, signal);
    expect([...apart]).toEqual([1, 1, 1, 0, 0]);
    expect([...together]).toEqual([1, 1, 1, 7, 7]);
  });

  test.each([
    ['oas', 3],
    ['oas', 5],
    ['ledoit_wolf', 4],
  ] as const)(
    'by %s leaves about as many of new rows beyond it as it should, from %s rows',
    (shrinkage, rows) => {
      const random = createRandom('threshold', rows);
      const columns = 30;
      const drawn = (count: number): Matrix =>
        matrix(
          columns,
          Array.from({ length: count * columns }, (_, at) => random.normal() * (1 + (at % columns) / 10)),
        );
      let beyond = 0;
      const [draws, asked] = [300, 20];
      for (let draw = 0; draw < draws; draw += 1) {
        const units = Int32Array.from({ length: rows }, (_, i) => i);
        const { head } = fitOneClass(drawn(rows), units, { ...plain, shrinkage, quantile: 0.99, signal });
        const { distances, threshold } = oneClassDistances(head, drawn(asked));
        beyond += distances.filter((distance) => distance > threshold).length;
      }
      // In many columns one row fewer means a centre farther off, so that it errs to fewer alarms, but not to none.
      const share = (beyond / (draws * asked)) * (rows + 1);
      expect([share > 0.5, share < 1.2]).toEqual([true, true]);
    },
  );

  test('takes three rows', () => {
    expect(() =>
      fitOneClass(matrix(1, [0, 1, 1]), Int32Array.of(0, 1, 1), { ...plain, quantile: 0.9, signal }),
    ).toThrow('three rows');
  });
});

test('prototypes are the means of clusters, whatever the order of the rows', () => {
  const rows = [0, 0, 1, 0, 10, 10, 11, 10];
  const swapped = [10, 10, 0, 0, 11, 10, 1, 0];
  const means = (data: readonly number[]): readonly number[] =>
    [...centresOf(matrix(2, data), 2).means].toSorted((a, b) => a - b);
  expect(means(rows)).toEqual([0, 0.5, 10, 10.5]);
  expect(means(swapped)).toEqual(means(rows));
  expect(centresOf(matrix(2, rows), 99).count).toBe(4);
});

test('a head says the same when it is stored and read back, and gives the second label beyond its threshold', () => {
  const [item] = fixture.covariances;
  if (item === undefined) throw new Error('no fixture');
  const normal = matrix(item.columns, item.x);
  const queries = matrix(item.columns, item.queries);
  const { head } = fitOneClass(
    normal,
    Int32Array.from({ length: item.rows }, (_, i) => i),
    { ...plain, quantile: 0.5, signal },
  );
  const stored = restoreHead(describeHead(head), headTensors(head));
  const { distances, threshold } = oneClassDistances(stored, queries);
  expect(distances).toEqual(oneClassDistances(head, queries).distances);
  const all = {
    ...normal,
    rows: item.rows + queries.rows,
    data: Float32Array.from([...normal.data, ...queries.data]),
  };
  const every = oneClassDistances(stored, all).distances;
  const verdicts = mostProbable(headProbabilities(stored, all), 2);
  expect([...verdicts]).toEqual([...every].map((distance) => (distance > threshold ? 1 : 0)));
  expect(new Set(verdicts)).toEqual(new Set([0, 1]));
});
