import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Head } from '../../src/learning/heads/head.ts';
import { fitLogistic } from '../../src/learning/heads/logistic.ts';
import { headProbabilities } from '../../src/learning/heads/probabilities.ts';
import type { Matrix } from '../../src/learning/matrix.ts';
import { metrics } from '../../src/learning/metrics/metrics.ts';
import { createRandom } from '../../src/learning/random.ts';

interface Rows {
  readonly x: Matrix;
  readonly y: Int32Array;
}

/** Noisy rows of labels that lie apart. */
function drawRows(rows: number, columns: number, labels: number, name: string, seed: number): Rows {
  const random = createRandom('early stopping', name, seed);
  const y = Int32Array.from({ length: rows }, (_, i) => (i < labels ? i : random.below(labels)));
  const data = new Float32Array(rows * columns).map(
    (_, at) => 2 * random.normal() + (at % columns === y[Math.floor(at / columns)] ? 2 : 0),
  );
  return { x: { rows, columns, data }, y };
}

const settings = { c: 100, tolerance: 1e-8 };

function lossOn({ x, y }: Rows): (head: Head) => number {
  return (head) =>
    metrics.nll.compute({
      yTrue: y,
      yPred: y,
      labels: head.labels,
      probabilities: headProbabilities(head, x),
    });
}

test('keeps the best of the heads that the fit passes through, and stops after it', async () => {
  const cases = fc.record({
    seed: fc.nat(),
    labels: fc.integer({ min: 2, max: 4 }),
    columns: fc.constantFrom(5, 40),
    patience: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, labels, columns, patience }) => {
      const { x, y } = drawRows(20, columns, labels, 'learnt', seed);
      const loss = lossOn(drawRows(12, columns, labels, 'held out', seed));
      const head = await fitLogistic(x, y, labels, {
        ...settings,
        maxIterations: 200,
        stopping: { loss, patience },
      });
      // The fit that is cut off after n iterations is the one that early stopping sees after n iterations.
      const losses: number[] = [];
      let best = 0;
      for (let n = 1; n - best <= patience; n += 1) {
        const cut = await fitLogistic(x, y, labels, { ...settings, maxIterations: n });
        if (cut.settings['iterations'] !== n) break;
        losses.push(loss(cut));
        if (best === 0 || losses[n - 1] < losses[best - 1]) best = n;
      }
      expect(head.settings).toMatchObject({ iterations: best, tried: losses.length, converged: 1 });
      expect(loss(head)).toBe(losses[best - 1]);
    }),
    { numRuns: 40 },
  );
});

test('of equal losses the first is kept', async () => {
  const { x, y } = drawRows(20, 5, 3, 'learnt', 1);
  const stopping = { loss: () => 0.5, patience: 3 };
  const head = await fitLogistic(x, y, 3, { ...settings, maxIterations: 200, stopping });
  expect(head.settings).toMatchObject({ iterations: 1, tried: 4 });
});

test('a loss that keeps falling stops nothing', async () => {
  const { x, y } = drawRows(20, 5, 3, 'learnt', 1);
  const plain = await fitLogistic(x, y, 3, { ...settings, maxIterations: 200 });
  let next = 0;
  const stopping = { loss: () => (next -= 1), patience: 1 };
  const head = await fitLogistic(x, y, 3, { ...settings, maxIterations: 200, stopping });
  expect(head.tensors).toEqual(plain.tensors);
  expect(head.settings).toEqual({ ...plain.settings, tried: plain.settings['iterations'] });
});
