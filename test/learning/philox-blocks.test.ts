// Blocks made at once are those made one by one.
import { expect, test } from 'vitest';
import { philoxBlocks } from '../../src/learning/philox-blocks.ts';
import { philox } from '../../src/learning/philox.ts';

test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
  ],
  [
    [0xffffff00, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
  ], // the first word starts again at 0
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
  ],
])('from the counter %s under the key %s', (from, words) => {
  const { most, fill } = philoxBlocks();
  const key = Uint32Array.from(words);
  const counter = Uint32Array.from(from);
  const actual = fill(counter, key).slice();
  expect(actual).toHaveLength(4 * most);
  const [start = 0] = from;
  const block = new Uint32Array(4);
  for (let i = 0; i < most; i++) {
    counter[0] = start + i;
    philox(counter, key, block);
    expect(actual.subarray(4 * i, 4 * i + 4), `block ${i}`).toEqual(block);
  }
});
