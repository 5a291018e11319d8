// What learns row by row against what is fitted on all rows at once.
import { describe, expect, test } from 'vitest';
import type { Learner } from '../../../src/learning/adapt/learner.ts';
import { recursiveRidge } from '../../../src/learning/adapt/recursive-ridge.ts';
import { refittedHead } from '../../../src/learning/adapt/refitted-head.ts';
import { runningPrototypes } from '../../../src/learning/adapt/running-prototypes.ts';
import { sharpened } from '../../../src/learning/adapt/sharpened.ts';
import type { Head } from '../../../src/learning/heads/head.ts';
import { fitKnn } from '../../../src/learning/heads/knn.ts';
import { headProbabilities, mostProbable } from '../../../src/learning/heads/probabilities.ts';
import { fitPrototype } from '../../../src/learning/heads/prototype.ts';
import { fitRidge } from '../../../src/learning/heads/ridge.ts';
import { takeRows, type Matrix } from '../../../src/learning/matrix.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { fixture, matrixOf } from './fixture.ts';

/** Rows of which label `l` does not come before row `10 l`. */
function stream(rows: number, columns: number, labels: number, seed = 1) {
  const random = createRandom(seed, 'stream');
  const targets = Int32Array.from({ length: rows }, (_, i) =>
    i < labels * 10 ? Math.floor(i / 10) : random.below(labels),
  );
  const data = Float32Array.from(
    { length: rows * columns },
    (_, i) => random.normal() + 0.5 * ((targets[Math.floor(i / columns)] ?? 0) + 1) * Number(i % columns < 3),
  );
  return { vectors: { rows, columns, data } satisfies Matrix, targets };
}

/** In parts of the given size. */
function fed(start: Learner, vectors: Matrix, targets: Int32Array, size: number): Learner {
  let learner = start;
  for (let at = 0; at < vectors.rows; at += size) {
    const indices = Array.from({ length: Math.min(size, vectors.rows - at) }, (_, i) => at + i);
    const own = targets.slice(at, at + size);
    const labels = Math.max(learner.labels, ...own.map((label) => label + 1));
    learner = learner.learn({ vectors: takeRows(vectors, indices), targets: own }, labels);
  }
  return learner;
}

function expectSame(found: Head, wanted: Head, digits: number): void {
  expect(Object.keys(found.tensors)).toEqual(Object.keys(wanted.tensors));
  for (const [name, { data, shape }] of Object.entries(wanted.tensors)) {
    expect(found.tensors[name]?.shape).toEqual(shape);
    const away = data.map((value, i) => Math.abs(value - (found.tensors[name]?.data[i] ?? NaN)));
    expect(Math.max(...away)).toBeLessThan(10 ** -digits / 2);
  }
}

describe('recursive ridge', () => {
  test("has scikit-learn's coefficients", async () => {
    const { x, y, alpha, weight, bias } = fixture.ridge;
    const learner = fed(recursiveRidge(12, 1, alpha), matrixOf(x), Int32Array.from(y), 7);
    const { tensors } = await learner.head();
    weight.flat().forEach((value, i) => expect(tensors['weight']?.data[i]).toBeCloseTo(value, 6));
    bias.forEach((value, i) => expect(tensors['bias']?.data[i]).toBeCloseTo(value, 6));
  });

  test.each([
    ['fewer rows than columns', 45, 80, 4],
    ['as many columns as rows, less one', 50, 49, 4],
    ['more rows than columns', 300, 20, 6],
    ['thousands of rows', 4000, 16, 5],
  ])('is the ridge regression of all rows at once: %s', async (_, rows, columns, labels) => {
    const { vectors, targets } = stream(rows, columns, labels);
    const wanted = fitRidge(vectors, targets, labels, { alpha: 0.5 });
    for (const size of [1, 16, 5000])
      expectSame(await fed(recursiveRidge(columns, 1, 0.5), vectors, targets, size).head(), wanted, 5);
  });

  test.each([
    ['fewer rows than columns', 24, 40],
    ['more rows than columns', 60, 9],
  ])('scores rows as if each had not been learnt: %s', async (_, rows, columns) => {
    const { vectors, targets } = stream(rows, columns, 2);
    const learner = fed(recursiveRidge(columns, 1, 0.5), vectors, targets, 16);
    const found = learner.leftOut?.({ vectors, targets }) ?? new Float64Array();
    const all = [...targets.keys()];
    for (const i of all) {
      const others = all.filter((one) => one !== i);
      const without = fitRidge(
        takeRows(vectors, others),
        Int32Array.from(others, (one) => targets[one] ?? 0),
        2,
        { alpha: 0.5 },
      );
      const { weight, bias } = without.tensors;
      for (const label of [0, 1]) {
        const products = Array.from(
          { length: columns },
          (_, k) => (weight?.data[label * columns + k] ?? NaN) * (vectors.data[i * columns + k] ?? NaN),
        );
        const score = products.reduce((sum, one) => sum + one, bias?.data[label] ?? NaN);
        expect(found[2 * i + label]).toBeCloseTo(score, 4);
      }
    }
  });

  test('is as sure as it is right', async () => {
    // Ten clouds that hardly overlap: the scores of ridge are about -1 and +1, which are probabilities of 0.45 and less.
    const random = createRandom(1, 'clouds');
    const [rows, columns] = [600, 30];
    const targets = Int32Array.from({ length: rows }, () => random.below(10));
    const data = Float32Array.from(
      { length: rows * columns },
      (_, i) => random.normal() + 3 * Number(i % columns === targets[Math.floor(i / columns)]),
    );
    const vectors = { rows, columns, data };
    const half = [...targets.keys()].filter((i) => i % 2 === 0);
    const rest = [...targets.keys()].filter((i) => i % 2 === 1);
    const own = { vectors: takeRows(vectors, half), targets: Int32Array.from(half, (i) => targets[i] ?? 0) };
    const learner = fed(recursiveRidge(columns, 1, 1), own.vectors, own.targets, 16);
    const head = await sharpened(learner, own);
    const plain = await learner.head();
    const [sure, unsure] = [head, plain].map((one) => {
      const shares = headProbabilities(one, takeRows(vectors, rest));
      const said = mostProbable(shares, 10);
      const right = rest.filter((i, at) => said[at] === targets[i]).length / rest.length;
      const meant =
        [...said].reduce((sum, label, at) => sum + (shares[10 * at + label] ?? NaN), 0) / rest.length;
      return { said: [...said], away: Math.abs(meant - right) };
    });
    expect(sure?.said).toEqual(unsure?.said);
    expect(unsure?.away).toBeGreaterThan(0.4);
    expect(sure?.away).toBeLessThan(0.06);
  });

  test('takes rows that come again, rows in a plane, and rows that are all the same', async () => {
    const { vectors, targets } = stream(40, 30, 3);
    const same = takeRows(vectors, new Array<number>(40).fill(0));
    expectSame(
      await fed(recursiveRidge(30, 3, 1), same, targets, 9).head(),
      fitRidge(same, targets, 3, { alpha: 1 }),
      5,
    );
    const again = takeRows(vectors, [...Array(40).keys(), ...Array(40).keys()]);
    const twice = Int32Array.from([...targets, ...targets]);
    const learner = fed(recursiveRidge(30, 3, 1), again, twice, 9);
    expectSame(await learner.head(), fitRidge(again, twice, 3, { alpha: 1 }), 5);
    const flat = { ...vectors, data: vectors.data.map((value, i) => (i % 30 < 4 ? value : 0)) };
    expectSame(
      await fed(recursiveRidge(30, 3, 1), flat, targets, 4).head(),
      fitRidge(flat, targets, 3, { alpha: 1 }),
      5,
    );
  });

  test('leaves the state before an update as it was', async () => {
    const { vectors, targets } = stream(60, 12, 3);
    const learner = fed(recursiveRidge(12, 3, 1), vectors, targets, 10);
    const before = await learner.head();
    learner.learn({ vectors, targets }, 3);
    expectSame(await learner.head(), before, 12);
    expect(() => recursiveRidge(12, 3, 0)).toThrow('above zero');
    expect(() => learner.learn({ vectors: { ...vectors, columns: 6, rows: 120 }, targets }, 3)).toThrow(
      '6 columns',
    );
  });
});

test('running prototypes are the means of all rows', async () => {
  const { vectors, targets } = stream(120, 9, 4);
  const options = { distance: 'cosine', temperature: 0.1 } as const;
  const learner = fed(runningPrototypes(9, 1, options), vectors, targets, 7);
  expectSame(await learner.head(), fitPrototype(vectors, targets, 4, options), 6);
  const before = await learner.head();
  learner.learn({ vectors, targets }, 4);
  expectSame(await learner.head(), before, 12);
  expect(() => runningPrototypes(9, 1, options).head()).toThrow('a label without a row');
});

describe('a head fitted again', () => {
  const { vectors, targets } = stream(200, 5, 3);
  const options = { k: 1, distance: 'euclidean', weights: 'uniform' } as const;
  const memory = (replay: 'all' | number, seed = 0): Learner =>
    refittedHead(5, 1, {
      fit: async (rows, labels) => fitKnn(rows.vectors, rows.targets, labels, options),
      replay,
      random: createRandom(seed, 'replay'),
    });
  const rowsOf = async (learner: Learner) => (await learner.head()).tensors['vectors'];

  test('remembers all rows, or as many of each label', async () => {
    expect((await rowsOf(fed(memory('all'), vectors, targets, 8)))?.shape).toEqual([200, 5]);
    const few = await fed(memory(6), vectors, targets, 8).head();
    expect([...(few.tensors['labels']?.data ?? [])]).toEqual(
      [0, 1, 2].flatMap((label) => new Array<number>(6).fill(label)),
    );
  });

  test('draws them from the whole stream, whatever the parts, by its seed', async () => {
    const one = (await rowsOf(fed(memory(6), vectors, targets, 8)))?.data;
    expect((await rowsOf(fed(memory(6), vectors, targets, 31)))?.data).toEqual(one);
    expect((await rowsOf(fed(memory(6, 1), vectors, targets, 8)))?.data).not.toEqual(one);
    const places: number[] = [];
    for (let seed = 0; seed < 60; seed += 1) {
      const kept = (await rowsOf(fed(memory(2, seed), vectors, targets, 50)))?.data ?? [];
      for (let i = 0; i < kept.length; i += 5)
        places.push(vectors.data.findIndex((value, k) => k % 5 === 0 && value === kept[i]) / 5);
    }
    const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
    const all = [0, 1, 2].map((label) => [...targets.keys()].filter((i) => targets[i] === label));
    const wanted = all.map((rows) => rows.reduce((sum, i) => sum + i, 0) / rows.length);
    expect(mean).toBeGreaterThan(wanted.reduce((sum, value) => sum + value, 0) / 3 - 12);
    expect(mean).toBeLessThan(wanted.reduce((sum, value) => sum + value, 0) / 3 + 12);
  });
});
