import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { headProbabilities, mostProbable } from '../../src/learning/heads/probabilities.ts';
import { describeHead, headTensors, restoreHead } from '../../src/learning/heads/stored.ts';
import { fitSvm } from '../../src/learning/heads/svm.ts';

interface Case {
  readonly name: string;
  readonly columns: number;
  readonly labels: number;
  readonly c: number;
  readonly balanced: boolean;
  readonly x: readonly number[];
  readonly targets: readonly number[];
  readonly weight: readonly number[];
  readonly bias: readonly number[];
}

const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/learning/svm.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };

const tight = { tolerance: 1e-9, maxIterations: 10_000 };

const fit = (item: Case, options: Partial<Parameters<typeof fitSvm>[3]> = {}) =>
  fitSvm(
    { rows: item.x.length / item.columns, columns: item.columns, data: Float32Array.from(item.x) },
    Float64Array.from(item.targets),
    item.labels,
    { ...tight, c: item.c, classWeights: item.balanced ? 'balanced' : undefined, ...options },
  );

const worst = (found: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? NaN))), 0);

describe('fitSvm', () => {
  test.each(cases)('as LinearSVC: $name', async (item) => {
    const head = await fit(item);
    expect(head.settings['converged']).toBe(1);
    expect(worst(headTensors(head)['weight'].data, item.weight)).toBeLessThan(1e-4);
    expect(worst(headTensors(head)['bias'].data, item.bias)).toBeLessThan(1e-4);
  });

  test('label numbers are distributions with all mass on one label', async () => {
    const [item] = cases;
    const numbers = mostProbable(Float64Array.from(item.targets), item.labels);
    const x = { rows: 60, columns: item.columns, data: Float32Array.from(item.x) };
    expect(await fitSvm(x, numbers, item.labels, { ...tight, c: item.c })).toEqual(await fit(item));
  });

  test('the label whose plane is farthest behind a row is its most probable one, also when stored and read back', async () => {
    const [item] = cases;
    const head = await fit(item);
    const again = restoreHead(describeHead(head), headTensors(head));
    const x = { rows: 60, columns: item.columns, data: Float32Array.from(item.x) };
    const scores = Float64Array.from({ length: 60 * item.labels }, (_, at) => {
      const [row, label] = [Math.floor(at / item.labels), at % item.labels];
      let sum = item.bias[label];
      for (let k = 0; k < item.columns; k += 1)
        sum += item.x[row * item.columns + k] * item.weight[label * item.columns + k];
      return sum;
    });
    expect(mostProbable(headProbabilities(again, x), item.labels)).toEqual(mostProbable(scores, item.labels));
  });

  test('stops when asked', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fit(cases[0], { signal })).rejects.toThrow('enough');
  });
});
