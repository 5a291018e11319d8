// Heads fitted to a teacher, and heads that start from given scores, against PyTorch on the same loss.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { calibrated, fitCloze, wordHead } from '../../src/learning/heads/cloze.ts';
import { fitDistilled } from '../../src/learning/heads/distilled.ts';
import type { Head } from '../../src/learning/heads/head.ts';
import { headProbabilities } from '../../src/learning/heads/probabilities.ts';
import type { Matrix } from '../../src/learning/matrix.ts';
import { atTemperature } from '../../src/learning/temperature.ts';

interface Case {
  readonly name: string;
  readonly columns: number;
  readonly labels: number;
  readonly x: number[];
  readonly y: number[];
  readonly c: number;
  readonly probabilities: number[];
}
interface Fixture {
  readonly distilled: (Case & {
    readonly teacher: number[];
    readonly temperature: number;
    readonly alpha: number;
    readonly weight: number[];
  })[];
  readonly started: (Case & { readonly start_weight: number[]; readonly start_bias: number[] })[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/learning/soft.json', import.meta.url), 'utf8'),
) as Fixture;
const tight = { tolerance: 1e-10, maxIterations: 10_000 };

function matrix(values: readonly number[], columns: number): Matrix {
  return { rows: values.length / columns, columns, data: Float32Array.from(values) };
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[], tolerance: number) {
  expect(found.length).toBe(wanted.length);
  expect(Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] ?? NaN))))).toBeLessThan(tolerance);
}

describe('a head fitted to a teacher', () => {
  test.each(fixture.distilled)('$name', async ({ x, y, columns, labels, teacher, ...item }) => {
    const taught = atTemperature(Float64Array.from(teacher), labels, item.temperature);
    const head = await fitDistilled(matrix(x, columns), { taught, labels: Int32Array.from(y) }, labels, {
      ...tight,
      temperature: item.temperature,
      alpha: item.alpha,
      c: item.c,
    });
    expectClose(head.tensors['weight'].data, item.weight, 1e-4);
    expectClose(headProbabilities(head, matrix(x, columns)), item.probabilities, 1e-5);
  });

  test('cannot be fitted to labels that rows do not have', async () => {
    const [{ x, columns, labels, teacher, temperature, c }] = fixture.distilled.slice(1);
    const taught = atTemperature(Float64Array.from(teacher), labels, temperature);
    const fit = (alpha: number) =>
      fitDistilled(matrix(x, columns), { taught, labels: undefined }, labels, {
        ...tight,
        temperature,
        alpha,
        c,
      });
    await expect(fit(1)).rejects.toThrow(RangeError);
  });
});

const startOf = ({ start_weight, start_bias, labels, columns }: Fixture['started'][number]): Head => ({
  kind: 'logistic',
  labels,
  settings: {},
  tensors: {
    weight: { shape: [labels, columns], data: Float32Array.from(start_weight) },
    bias: { shape: [labels], data: Float32Array.from(start_bias) },
  },
});

describe('a head that starts from the scores of words', () => {
  test.each(fixture.started)('and is kept near them: $name', async (item) => {
    const x = matrix(item.x, item.columns);
    const head = await fitCloze(x, Int32Array.from(item.y), startOf(item), { ...tight, c: item.c });
    expectClose(headProbabilities(head, x), item.probabilities, 1e-5);
  });

  test('is those scores without rows, and as good as those with a small `c`', async () => {
    for (const item of fixture.started) {
      const start = startOf(item);
      const x = matrix(item.x, item.columns);
      expect(await fitCloze(matrix([], item.columns), new Int32Array(), start, { ...tight, c: 1 })).toBe(
        start,
      );
      const held = await fitCloze(x, Int32Array.from(item.y), start, { ...tight, c: 1e-9 });
      expectClose(held.tensors['weight'].data, item.start_weight, 1e-6);
    }
  });

  test('and stopped early is the sum that was measured, at its iteration', async () => {
    const [item] = fixture.started;
    const [x, start] = [matrix(item.x, item.columns), startOf(item)];
    const measured: Float32Array[] = [];
    const loss = (head: Head): number => {
      measured.push(head.tensors['weight'].data);
      return measured.length === 2 ? 0 : 1;
    };
    const options = { ...tight, c: item.c, stopping: { patience: 3, loss } };
    const head = await fitCloze(x, Int32Array.from(item.y), start, options);
    expect(head.settings).toMatchObject({ iterations: 2, tried: 5 });
    expect(head.tensors['weight'].data).toEqual(measured[1]);
    const added = await fitCloze(x, Int32Array.from(item.y), start, {
      ...tight,
      c: item.c,
      maxIterations: 2,
    });
    expect(head.tensors['weight'].data).toEqual(added.tensors['weight'].data);
  });

  test('takes the mean of the words of a label', () => {
    const weight = matrix([1, 2, 3, 4, 10, 20], 2);
    const words = { weight, bias: Float64Array.of(1, 3, 7), labels: Int32Array.of(1, 1, 0) };
    const { tensors } = wordHead(words, 2);
    expect([...tensors['weight'].data]).toEqual([10, 20, 2, 3]);
    expect([...tensors['bias'].data]).toEqual([7, 2]);
  });

  test('has no preference left on rows without content', () => {
    const [item] = fixture.started;
    const empty = matrix(item.x.slice(0, item.columns), item.columns);
    const [first, ...others] = headProbabilities(calibrated(startOf(item), empty), empty);
    for (const share of others) expect(share).toBeCloseTo(first, 6);
  });

  test('is the same where rows are learnt from, calibrated or not', async () => {
    for (const item of fixture.started) {
      const x = matrix(item.x, item.columns);
      const empty = matrix(item.x.slice(0, item.columns), item.columns);
      const fitted = async (start: Head): Promise<Float64Array> =>
        headProbabilities(await fitCloze(x, Int32Array.from(item.y), start, { ...tight, c: item.c }), x);
      const start = startOf(item);
      const [plain, shifted] = [await fitted(start), await fitted(calibrated(start, empty))];
      expect(headProbabilities(calibrated(start, empty), x)[0]).not.toBeCloseTo(
        headProbabilities(start, x)[0],
        3,
      );
      plain.forEach((share, i) => expect(shifted[i]).toBeCloseTo(share, 5));
    }
  });
});
