// Loops over memory against the same formulas computed number by number.
import { describe, expect, it } from 'vitest';
import { formulaArithmetic } from '../../src/engine/loops/arithmetic.ts';
import { compileLoop, wasmMemory } from '../../src/engine/loops/loop.ts';

const { add, sub, mul, div, sqrt } = formulaArithmetic;
const [a, b, c] = (['a', 'b', 'c'] as const).map((name) => ({ kind: 'array', name }) as const);
const k = { kind: 'scalar', name: 'k' } as const;

const waves = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => 2 + Math.sin(i * 0.7 + seed));

describe('a loop', () => {
  if (a === undefined || b === undefined || c === undefined) throw new Error('three arrays');
  const product = mul(a, b); // used twice
  const loop = compileLoop({
    reads: ['c'],
    scalars: ['k'],
    writes: { a: div(sub(product, c), k), b: sqrt(add(product, a)) },
    sum: mul(c, c),
  });

  it.each([1, 3, 4, 5, 8191, 8192, 8193, 20_001])('over %s numbers gives what its formulas say', (length) => {
    const [x, y, z] = [waves(length, 0), waves(length, 1), waves(length, 2)];
    const round = Math.fround;
    const products = x.map((value, i) => value * (y[i] ?? NaN));
    const first = products.map((value, i) => round(value - (z[i] ?? NaN)) / 3);
    const second = products.map((value, i) => Math.sqrt(round(value + (x[i] ?? NaN))));
    const squares = z.reduce((sum, value) => sum + value * value, 0);
    const kept = z.slice();
    const sum = loop.run({ a: x, b: y, c: z }, { k: 3 });
    expect(x).toEqual(first);
    expect(y).toEqual(second);
    expect(z).toEqual(kept);
    expect(Math.abs(sum / squares - 1)).toBeLessThan(1e-5);
  });

  it('over arrays that lie in its memory changes these and no others', () => {
    const memory = wasmMemory(4 * 100);
    const all = new Float32Array(memory.buffer, 0, 100);
    const [x, y, z] = [waves(8, 0), waves(8, 1), waves(8, 2)];
    [x, y, z].forEach((array, i) => all.set(array, 4 + 32 * i));
    loop.inside(memory, ['c', 'b', 'a'])({ k: 3 })(32, [4 * 68, 4 * 36, 4 * 4]);
    const expected = new Float32Array(100);
    loop.run({ a: x, b: y, c: z }, { k: 3 });
    [x, y, z].forEach((array, i) => expected.set(array, 4 + 32 * i));
    expect(all.subarray(0, 100)).toEqual(expected);
    expect(() => loop.inside(memory, ['a', 'b'])).toThrow('addresses of a,b for a loop over a,b,c');
  });

  it('refuses what does not fit', () => {
    const arrays = { a: waves(4, 0), b: waves(4, 1), c: waves(5, 2) };
    expect(() => loop.run(arrays, { k: 1 })).toThrow('different lengths');
    expect(() => loop.run({ ...arrays, c: waves(4, 2) }, {})).toThrow('no `k`');
  });
});
