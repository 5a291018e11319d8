import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { murmur3 } from '../../src/learning/murmur.ts';
import { philox } from '../../src/learning/philox.ts';
import { createRandom } from '../../src/learning/random.ts';

/** `counter key -> block`, words in hexadecimal: the known answers that Random123 publishes for philox4x32-10. */
const knownAnswers = [
  '00000000 00000000 00000000 00000000 00000000 00000000 6627e8d5 e169c58d bc57ac4c 9b00dbd8',
  'ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff 408f276d 41c83b0e a20bc7c6 6d5451fd',
  '243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 d16cfe09 94fdcceb 5001e420 24126ea1',
];

test.each(knownAnswers)('philox gives the published block: %s', (line) => {
  const numbers = Uint32Array.from(line.split(' '), (word) => parseInt(word, 16));
  const out = new Uint32Array(4);
  philox(numbers.subarray(0, 4), numbers.subarray(4, 6), out);
  expect([...out]).toEqual([...numbers.subarray(6)]);
});

/** From scikit-learn's `murmurhash3_32(text, seed, positive=True)`. */
test.each([
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['hello', 0, 613153351],
  ['hello, world', 0, 345750399],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
])('murmur3(%j, %i)', (text, seed, expected) => {
  expect(murmur3(new TextEncoder().encode(text), seed)).toBe(expected);
});

describe('createRandom', () => {
  const draw = (...parts: (string | number)[]) => {
    const random = createRandom(...parts);
    return Array.from({ length: 8 }, () => random.next());
  };

  test('equal names give equal streams, and the same bytes as ever', () => {
    expect(draw(13, 'order')).toEqual(draw(13, 'order'));
    const random = createRandom(13, 'order');
    const draws = Array.from({ length: 4 }, () => random.below(1000));
    expect(draws).toMatchInlineSnapshot(`
      [
        467,
        168,
        865,
        989,
      ]
    `);
  });

  test('different names give different streams', () => {
    const names = [
      [13],
      [14],
      ['13'],
      [13, ''],
      [],
      [''],
      ['a', 'b'],
      ['ab'],
      ['a,b'],
      [1, 3],
      [13.5],
      [-13],
    ];
    const streams = names.map((name) => draw(...name).join());
    expect(new Set(streams).size).toBe(names.length);
  });

  test('a derived stream does not depend on what its parent drew', () => {
    const parent = createRandom(1, 'a');
    const before = parent.derive('b', 2).next();
    parent.shuffle([1, 2, 3]);
    expect(parent.derive('b', 2).next()).toBe(before);
    expect(createRandom(1, 'a', 'b', 2).next()).toBe(before);
  });

  test('next is uniform', () => {
    const random = createRandom('uniform');
    const counts = new Array<number>(20).fill(0);
    for (let i = 0; i < 20_000; i += 1) {
      const cell = Math.floor(random.next() * 20);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    const chi2 = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi2).toBeLessThan(43.8); // 0.999 quantile with 19 degrees of freedom
  });

  test('below stays in range, for small and huge ranges, and reaches every value', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.integer(), (n, seed) => {
        const value = createRandom(seed).below(n);
        return Number.isInteger(value) && value >= 0 && value < n;
      }),
    );
    const random = createRandom(5);
    expect(new Set(Array.from({ length: 200 }, () => random.below(7))).size).toBe(7);
  });

  test('normal has mean 0, variance 1 and light tails', () => {
    const random = createRandom('normal');
    const draws = Array.from({ length: 20_000 }, () => random.normal());
    const moment = (power: number) => draws.reduce((sum, x) => sum + x ** power, 0) / draws.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.03);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.04);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.25);
  });

  test('shuffle keeps the items, leaves its argument alone and reaches all orders', () => {
    const random = createRandom('shuffle');
    const items = Object.freeze([1, 2, 3]);
    const orders = Array.from({ length: 600 }, () => random.shuffle(items).join(''));
    expect([...new Set(orders)].sort()).toEqual(['123', '132', '213', '231', '312', '321']);
  });

  test('refuses names and ranges that mean nothing', () => {
    expect(() => createRandom(NaN)).toThrow(RangeError);
    expect(() => createRandom(1).below(0)).toThrow(RangeError);
    expect(() => createRandom(1).below(1.5)).toThrow(RangeError);
  });
});
