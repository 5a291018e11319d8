// The head `linear` beside PyTorch, and what its fit watches.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fitLinear, type LinearOptions } from '../../src/learning/heads/linear.ts';
import { headProbabilities, mostProbable } from '../../src/learning/heads/probabilities.ts';
import { describeHead, headTensors, restoreHead } from '../../src/learning/heads/stored.ts';

interface Case {
  readonly name: string;
  readonly columns: number;
  readonly labels: number;
  readonly steps: number;
  readonly rate: number;
  readonly decay: number;
  readonly warmup: number;
  readonly smoothing: number;
  readonly balanced: boolean;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly weight: readonly number[];
  readonly bias: readonly number[];
}

const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/learning/linear.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };

const matrix = ({ x, columns }: Case) => ({ rows: x.length / columns, columns, data: Float32Array.from(x) });

const fit = (item: Case, more: Partial<LinearOptions> = {}) =>
  fitLinear(matrix(item), Int32Array.from(item.y), item.labels, {
    schedule: { curve: 'linear', warmupSteps: item.warmup, steps: item.steps },
    rate: item.rate,
    weightDecay: item.decay,
    smoothing: item.smoothing,
    classWeights: item.balanced ? 'balanced' : undefined,
    ...more,
  });

const worst = (found: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? NaN))), 0);

describe('fitLinear', () => {
  test.each(cases)('as PyTorch: $name', async (item) => {
    const { tensors } = await fit(item);
    expect(worst(tensors['weight'].data, item.weight)).toBeLessThan(1e-6);
    expect(worst(tensors['bias'].data, item.bias)).toBeLessThan(1e-6);
  });

  test('tells the rows apart that it has learnt, also when stored and read back', async () => {
    const [, item] = cases;
    const head = await fit(item, { schedule: { curve: 'constant', warmupSteps: 0, steps: 400 } });
    const again = restoreHead(describeHead(head), headTensors(head));
    const said = [...mostProbable(headProbabilities(again, matrix(item)), item.labels)];
    expect(said).toEqual(item.y);
  });

  test('keeps the step after which other rows lost least, and ends after so many that lose more', async () => {
    const losses = [5, 4, 3, 6, 6, 6, 1];
    const seen: number[] = [];
    const head = await fit(cases[0], {
      stopping: {
        patience: 2,
        loss: ({ settings }) => losses[seen.push(Number(settings['iterations'])) - 1] ?? 9,
      },
    });
    expect([head.settings['iterations'], head.settings['tried'], seen]).toEqual([3, 5, [1, 2, 3, 4, 5]]);
  });

  test('stops when it is told to', async () => {
    await expect(fit(cases[0], { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
