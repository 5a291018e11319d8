// Self-training of a head: which rows of the pool are learnt, how much they count, and that it helps where the pool shows the classes.
import { expect, test } from 'vitest';
import { fitLogistic } from '../../../src/learning/heads/logistic.ts';
import { headProbabilities, mostProbable } from '../../../src/learning/heads/probabilities.ts';
import { fitSelfTrained } from '../../../src/learning/heads/self-training.ts';
import { takeRows, type Matrix } from '../../../src/learning/matrix.ts';
import { createRandom } from '../../../src/learning/random.ts';
import type { Targets } from '../../../src/learning/targets.ts';

/** Two clouds along the first axis; the second axis is noise, which few rows mistake for the difference. */
function clouds(count: number, purpose: string): { vectors: Matrix; labels: Int32Array } {
  const random = createRandom(3, purpose);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const data = Float32Array.from({ length: 2 * count }, (_, i) =>
    i % 2 === 0 ? (labels[i >> 1] === 0 ? -2 : 2) + random.normal() : 1.5 * random.normal(),
  );
  return { vectors: { rows: count, columns: 2, data }, labels };
}

const options = { c: 1, tolerance: 1e-4, maxIterations: 1000 };
const fit = (x: Matrix, y: Targets, weights: Float64Array | undefined) =>
  fitLogistic(x, y, 2, { ...options, ...(weights !== undefined && { examples: { weights } }) });

const few: { vectors: Matrix; targets: Int32Array } = {
  // By the second axis alone these four could be told apart as well.
  vectors: { rows: 4, columns: 2, data: Float32Array.of(-1, -1, -1, -1.2, 1, 1, 1, 1.2) },
  targets: Int32Array.of(0, 0, 1, 1),
};

test('a pool that shows the clouds makes the head better', async () => {
  const [pool, asked] = [clouds(400, 'pool').vectors, clouds(400, 'asked')];
  const accuracy = (said: Int32Array): number =>
    said.filter((label, i) => label === asked.labels[i]).length / said.length;
  const plain = await fit(few.vectors, few.targets, undefined);
  const { head, learnt } = await fitSelfTrained({ ...few, labels: 2, pool, share: 0.6, rounds: 3, fit });
  const [before, after] = [plain, head].map((one) =>
    accuracy(mostProbable(headProbabilities(one, asked.vectors), 2)),
  );
  expect(before).toBeLessThan(0.9);
  expect(after).toBeGreaterThan((before ?? 1) + 0.05);
  // Of either label 60 % of the rows that are expected of it, which are half of 400.
  for (const count of learnt) expect(Math.abs(count - 120)).toBeLessThan(12);
});

test('of a label that few rows of the pool have few are learnt', async () => {
  const { vectors, labels } = clouds(400, 'pool');
  // One of ten rows is of the second cloud.
  const rows = [...labels.keys()].filter((row) => labels[row] === 0 || row % 18 === 1);
  const pool = takeRows(vectors, rows);
  const rare = rows.filter((row) => labels[row] === 1).length;
  const { learnt } = await fitSelfTrained({ ...few, labels: 2, pool, share: 0.6, rounds: 3, fit });
  // An even share is 67 of 223 rows for either, where the second cloud has 23.
  expect(learnt[0]).toBeGreaterThan(0.4 * (rows.length - rare));
  expect(learnt[1]).toBeLessThan(0.2 * rows.length);
});

test('the rows learnt of the pool weigh as much as the labelled ones, and are the surest', async () => {
  const seen: { rows: number; weights: Float64Array | undefined }[] = [];
  const pool = clouds(40, 'pool').vectors;
  const first = await fit(few.vectors, few.targets, undefined);
  await fitSelfTrained({
    ...few,
    labels: 2,
    pool,
    share: 0.1,
    rounds: 1,
    fit: async (x, y, weights) => {
      seen.push({ rows: x.rows, weights });
      if (weights === undefined) return first;
      const probabilities = headProbabilities(first, pool);
      const sureness = (row: number): number => Math.max(...probabilities.subarray(2 * row, 2 * row + 2));
      const said = mostProbable(probabilities, 2);
      for (const label of [0, 1]) {
        const own = [...said.keys()].filter((row) => said[row] === label);
        const [a = -1, b = -1] = own.sort((one, other) => sureness(other) - sureness(one));
        const at = 4 + 2 * label;
        expect([...x.data.subarray(2 * at, 2 * at + 4)]).toEqual(
          [a, b].flatMap((row) => [...pool.data.subarray(2 * row, 2 * row + 2)]),
        );
        expect([...(y as Int32Array).subarray(at, at + 2)]).toEqual([label, label]);
      }
      return first;
    },
  });
  expect(seen.map(({ rows }) => rows)).toEqual([4, 8]);
  expect([...(seen[1]?.weights ?? [])]).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});

test('an empty pool changes nothing', async () => {
  const pool = { rows: 0, columns: 2, data: new Float32Array(0) };
  const { head, learnt } = await fitSelfTrained({ ...few, labels: 2, pool, share: 0.6, rounds: 3, fit });
  expect(head).toEqual(await fit(few.vectors, few.targets, undefined));
  expect(learnt).toEqual([0, 0]);
});
