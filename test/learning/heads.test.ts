import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Distance } from '../../src/learning/distance.ts';
import type { Head } from '../../src/learning/heads/head.ts';
import { fitKnn } from '../../src/learning/heads/knn.ts';
import { fitLogistic } from '../../src/learning/heads/logistic.ts';
import { headProbabilities, mostProbable } from '../../src/learning/heads/probabilities.ts';
import { fitPrototype } from '../../src/learning/heads/prototype.ts';
import { fitRidge } from '../../src/learning/heads/ridge.ts';
import { describeHead, headTensors, restoreHead } from '../../src/learning/heads/stored.ts';
import { takeRows, type Matrix } from '../../src/learning/matrix.ts';
import { createRandom } from '../../src/learning/random.ts';
import { missingLabels } from '../../src/learning/targets.ts';

interface Case {
  name: string;
  columns: number;
  labels: number;
  x: number[];
  y: number[];
  queries: number[];
  probabilities: number[];
}
interface Linear extends Case {
  weight: number[];
  bias: number[];
  balanced: boolean;
}
interface Fixture {
  logistic: (Linear & { c: number; intercept: boolean })[];
  soft: (Case & { targets: number[] })[];
  ridge: (Linear & { alpha: number })[];
  knn: (Case & { k: number; distance: Distance; weights: 'uniform' | 'distance' })[];
  prototype: (Case & { weight: number[]; predicted: number[] })[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/learning/heads.json', import.meta.url), 'utf8'),
) as Fixture;

const tight = { tolerance: 1e-10, maxIterations: 10_000 };

function matrix(values: readonly number[], columns: number): Matrix {
  return { rows: values.length / columns, columns, data: Float32Array.from(values) };
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[], tolerance: number) {
  expect(found.length).toBe(wanted.length);
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? NaN))), 0);
  expect(worst).toBeLessThan(tolerance);
}

function expectProbabilities(head: Head, { queries, columns, labels, probabilities }: Case) {
  const found = headProbabilities(head, matrix(queries, columns));
  expectClose(found, probabilities, 1e-5);
  for (let i = 0; i < found.length; i += labels)
    expect(found.subarray(i, i + labels).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
}

describe('fitLogistic', () => {
  test.each(fixture.logistic)('as LogisticRegression: $name', async (item) => {
    const head = await fitLogistic(matrix(item.x, item.columns), Int32Array.from(item.y), item.labels, {
      ...tight,
      c: item.c,
      fitIntercept: item.intercept,
      classWeights: item.balanced ? 'balanced' : undefined,
    });
    const zeros = (n: number) => new Array<number>(n).fill(0);
    const weight = item.labels === 2 ? [...zeros(item.columns), ...item.weight] : item.weight;
    const bias =
      item.bias.length === item.labels ? item.bias : [...zeros(item.labels - item.bias.length), ...item.bias];
    expectClose(headTensors(head)['weight'].data, weight, 1e-4);
    expectClose(headTensors(head)['bias'].data, bias, 1e-4);
    expectProbabilities(head, item);
    expect(head.settings['converged']).toBe(1);
  });

  test.each(fixture.soft)('distributions as weighted rows: $name', async (item) => {
    const targets = Float64Array.from(item.targets);
    const head = await fitLogistic(matrix(item.x, item.columns), targets, item.labels, { ...tight, c: 1 });
    expectProbabilities(head, item);
  });

  test('a distribution with all mass on one label is that label', async () => {
    const [item] = fixture.logistic;
    const x = matrix(item.x, item.columns);
    const soft = new Float64Array(item.y.length * item.labels);
    item.y.forEach((label, i) => (soft[i * item.labels + label] = 1));
    const options = { c: 1, tolerance: 1e-6, maxIterations: 100 };
    const hard = await fitLogistic(x, Int32Array.from(item.y), item.labels, options);
    expect(await fitLogistic(x, soft, item.labels, options)).toEqual(hard);
  });

  test('shuffled labels train to chance', async () => {
    const random = createRandom('chance');
    const draw = (rows: number): Matrix => ({
      rows,
      columns: 20,
      data: Float32Array.from({ length: rows * 20 }, () => random.normal()),
    });
    const labelled = (rows: number) => Int32Array.from({ length: rows }, (_, i) => i % 4);
    const informative = (x: Matrix, y: Int32Array): Matrix => ({
      ...x,
      data: x.data.map((value, i) => value + (i % 20 === y[Math.floor(i / 20)] ? 4 : 0)),
    });
    const [yTrain, yTest] = [labelled(200), labelled(2000)];
    const [xTrain, xTest] = [informative(draw(200), yTrain), informative(draw(2000), yTest)];
    const accuracy = async (y: Int32Array) => {
      const head = await fitLogistic(xTrain, y, 4, { c: 1, tolerance: 1e-4, maxIterations: 100 });
      const predicted = mostProbable(headProbabilities(head, xTest), 4);
      return predicted.filter((label, i) => label === yTest[i]).length / yTest.length;
    };
    expect(await accuracy(yTrain)).toBeGreaterThan(0.9);
    let total = 0;
    for (let i = 0; i < 10; i += 1) total += await accuracy(Int32Array.from(random.shuffle([...yTrain])));
    expect(total / 10).toBeGreaterThan(0.2);
    expect(total / 10).toBeLessThan(0.3);
  });

  test('stops when asked', async () => {
    const [item] = fixture.logistic;
    const signal = AbortSignal.abort(new Error('enough'));
    const fit = fitLogistic(matrix(item.x, item.columns), Int32Array.from(item.y), item.labels, {
      ...tight,
      c: 1,
      signal,
    });
    await expect(fit).rejects.toThrow('enough');
  });
});

test.each(fixture.ridge)('fitRidge as RidgeClassifier: $name', (item) => {
  const head = fitRidge(matrix(item.x, item.columns), Int32Array.from(item.y), item.labels, {
    alpha: item.alpha,
    classWeights: item.balanced ? 'balanced' : undefined,
  });
  expectClose(headTensors(head)['weight'].data, item.weight, 1e-5);
  expectClose(headTensors(head)['bias'].data, item.bias, 1e-5);
  expectProbabilities(head, item);
});

test.each(fixture.knn)('fitKnn as KNeighborsClassifier: $name', (item) => {
  const { k, distance, weights } = item;
  const head = fitKnn(matrix(item.x, item.columns), Int32Array.from(item.y), item.labels, {
    k,
    distance,
    weights,
  });
  expectProbabilities(head, item);
});

describe('fitPrototype', () => {
  test.each(fixture.prototype)('as NearestCentroid: $name', (item) => {
    const head = fitPrototype(matrix(item.x, item.columns), Int32Array.from(item.y), item.labels, {
      distance: 'euclidean',
      temperature: 4,
    });
    expectClose(headTensors(head)['prototypes'].data, item.weight, 1e-5);
    expectProbabilities(head, item);
    const probabilities = headProbabilities(head, matrix(item.queries, item.columns));
    expect([...mostProbable(probabilities, item.labels)]).toEqual(item.predicted);
  });

  test('by cosine, the length of a vector does not count', () => {
    const x = matrix([1, 0, 3, 0, 0, 1, 0, 5], 2);
    const head = fitPrototype(x, Int32Array.of(0, 0, 1, 1), 2, { distance: 'cosine', temperature: 0.5 });
    const [far, near] = [matrix([30, 10], 2), matrix([0.3, 0.1], 2)];
    expectClose(headProbabilities(head, far), [...headProbabilities(head, near)], 1e-7);
    // Cosines 3 / sqrt(10) and 1 / sqrt(10).
    expect(headProbabilities(head, far)[0]).toBeCloseTo(1 / (1 + Math.exp(-2 * (2 / Math.sqrt(10)))), 6);
  });
});

describe('every head', () => {
  const item = fixture.logistic[0];
  const x = matrix(item.x, item.columns);
  const y = Int32Array.from(item.y);
  const kinds: Record<string, (x: Matrix, y: Int32Array, labels: number) => Head | Promise<Head>> = {
    logistic: (...given) => fitLogistic(...given, { ...tight, c: 1 }),
    ridge: (...given) => fitRidge(...given, { alpha: 1 }),
    knn: (...given) => fitKnn(...given, { k: 3, distance: 'cosine', weights: 'uniform' }),
    prototype: (...given) => fitPrototype(...given, { distance: 'cosine', temperature: 1 }),
  };

  describe.each(Object.entries(kinds))('%s', (_, fit) => {
    const failing = async (...given: Parameters<typeof fit>) => fit(...given);

    test('is the same for rows in another order', async () => {
      const queries = matrix(item.queries, item.columns);
      const before = headProbabilities(await fit(x, y, item.labels), queries);
      const order = createRandom('order').shuffle([...y.keys()]);
      const shuffled = await fit(
        takeRows(x, order),
        y.map((__, i) => y[order[i]]),
        item.labels,
      );
      expectClose(headProbabilities(shuffled, queries), [...before], 1e-6);
    });

    test('survives being stored', async () => {
      const head = await fit(x, y, item.labels);
      const description: unknown = JSON.parse(JSON.stringify(describeHead(head)));
      expect(restoreHead(description as Head, headTensors(head))).toEqual(head);
    });

    test('refuses a label that no row carries, rows without target, and one label', async () => {
      await expect(failing(x, y, item.labels + 1)).rejects.toThrow('no row carries label 4');
      await expect(failing(x, y.subarray(1), item.labels)).rejects.toThrow('60 rows, but targets for 59');
      await expect(failing(x, y.fill(0, 0, 0), 1)).rejects.toThrow('two labels');
      await expect(failing(x, y, 3)).rejects.toThrow('is not in [0, 3)');
    });

    test('refuses vectors of another width', async () => {
      const head = await fit(x, y, item.labels);
      expect(() => headProbabilities(head, matrix([1, 2, 3], 3))).toThrow(RangeError);
    });
  });

  test('a stored head that does not fit together is refused', () => {
    const head = fitRidge(x, y, item.labels, { alpha: 1 });
    const { bias } = headTensors(head);
    expect(() => restoreHead(describeHead(head), { bias })).toThrow('`weight`');
    expect(() => restoreHead({ ...describeHead(head), labels: 3 }, headTensors(head))).toThrow('wrong shape');
    const knn = fitKnn(x, y, item.labels, { k: 1, distance: 'cosine', weights: 'uniform' });
    expect(() => restoreHead({ ...describeHead(knn), labels: 2 }, headTensors(knn))).toThrow('label');
    expect(() => restoreHead({ ...describeHead(knn), settings: {} }, headTensors(knn))).toThrow('`k`');
  });

  test('missingLabels names the labels without rows', () => {
    expect(missingLabels(Int32Array.of(0, 3, 3), 5)).toEqual([1, 2, 4]);
    expect(missingLabels(Float64Array.of(0.5, 0, 0.5, 1, 0, 0), 3)).toEqual([1]);
  });
});
