// What batches for pair losses promise, over drawn labels and sizes; and that pairs are never held.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairBatches } from '../../../src/learning/sampling/pair-batches.ts';
import { createRandom } from '../../../src/learning/random.ts';

const settings = fc.record({
  labels: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 80 }),
  size: fc.integer({ min: 4, max: 40 }),
  seed: fc.integer({ min: 0, max: 1000 }),
});

function onePass({ labels, size, seed }: { labels: number[]; size: number; seed: number }) {
  const batches = pairBatches({ labels, size, random: createRandom(seed) });
  const pass: (readonly number[])[] = [];
  while (pass.flat().length < labels.length) pass.push(batches.next());
  return { batches, pass };
}

describe('a pass over the rows', () => {
  it('has every row once, in batches of about the size asked for', () => {
    fc.assert(
      fc.property(settings, (asked) => {
        const { batches, pass } = onePass(asked);
        expect([...pass.flat()].sort((a, b) => a - b)).toEqual(asked.labels.map((_, row) => row));
        expect(pass.length).toBeLessThanOrEqual(batches.perPass);
        for (const batch of pass) expect(batch.length).toBeLessThanOrEqual(1.5 * asked.size + 3);
      }),
    );
  });

  it('puts every row beside another of its label, where there is one', () => {
    fc.assert(
      fc.property(settings, (asked) => {
        const { labels } = asked;
        const rowsOf = (label: number | undefined) => labels.filter((other) => other === label).length;
        for (const batch of onePass(asked).pass)
          for (const row of batch)
            if (rowsOf(labels[row]) > 1)
              expect(batch.some((other) => other !== row && labels[other] === labels[row])).toBe(true);
      }),
    );
  });

  it('is another one each time, and the same for the same seed', () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 4);
    const draw = () => {
      const batches = pairBatches({ labels, size: 10, random: createRandom(3) });
      return Array.from({ length: 8 }, () => batches.next());
    };
    const drawn = draw();
    expect(draw()).toEqual(drawn);
    expect(drawn.slice(4)).not.toEqual(drawn.slice(0, 4));
  });
});

it('needs no memory for pairs: 64 rows of each of 150 labels are 46 million', () => {
  const labels = Int32Array.from({ length: 64 * 150 }, (_, i) => i % 150);
  const before = process.memoryUsage();
  const batches = pairBatches({ labels, size: 32, random: createRandom(0) });
  const first = batches.next();
  const after = process.memoryUsage();
  expect(first.length).toBeGreaterThanOrEqual(32);
  expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(50e6);
});
