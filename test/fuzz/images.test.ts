// A slice of `npm run fuzz:images`, which does 10,000.
import { expect, test } from 'vitest';
import { root } from './programs.ts';
import { fuzzImages } from './images.ts';

test('broken and hostile pictures become pixels, or an error that says what is wrong', async () => {
  const { decoded, refused, findings } = await fuzzImages(root, {
    count: 400,
    seed: 7,
    progress: () => undefined,
  });
  expect(findings).toEqual([]);
  expect(decoded).toBeGreaterThan(5);
  expect([...refused.values()].reduce((sum, times) => sum + times, 0)).toBe(400 - decoded);
  const reasons = [...refused.keys()];
  for (const reason of ['declares N x N pixels', 'header is cut off', 'is no picture'])
    expect(reasons.some((each) => each.includes(reason))).toBe(true);
});
