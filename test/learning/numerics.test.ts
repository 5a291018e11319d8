import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backwardSolve, cholesky, forwardSolve, pivotedCholesky } from '../../src/learning/cholesky.ts';
import { innerProducts, mixRows } from '../../src/learning/dense.ts';
import { minimise } from '../../src/learning/lbfgs.ts';
import { createRandom } from '../../src/learning/random.ts';
import { rowSpace } from '../../src/learning/row-space.ts';

const random = createRandom('numerics');
const normals = (count: number, zeros = 0) =>
  Float64Array.from({ length: count }, () => (random.next() < zeros ? 0 : random.normal()));
const distance = (a: Float64Array, b: Float64Array) =>
  Math.max(0, ...a.map((value, i) => Math.abs(value - b[i])));

/** A' B by definition. */
function product(
  rows: number,
  left: (i: number, k: number) => number,
  right: (k: number, j: number) => number,
) {
  return (i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < rows; k += 1) sum += left(i, k) * right(k, j);
    return sum;
  };
}

describe('products', () => {
  const sizes = fc.record({
    n: fc.integer({ min: 1, max: 12 }),
    m: fc.integer({ min: 1, max: 12 }),
    width: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(9000)),
    zeros: fc.constantFrom(0, 0.8),
  });
  test('innerProducts and mixRows are what they say', () => {
    fc.assert(
      fc.property(sizes, ({ n, m, width, zeros }) => {
        const [a, b, c] = [normals(n * width, zeros), normals(m * width), normals(n * m)];
        const entry = product(
          width,
          (i, k) => a[i * width + k],
          (k, j) => b[j * width + k],
        );
        const wanted = Float64Array.from({ length: n * m }, (_, at) => entry(Math.floor(at / m), at % m));
        const mixed = new Float64Array(m * width).fill(7);
        mixRows(c, a, n, width, mixed);
        const mix = product(
          n,
          (i, k) => c[k * m + i],
          (k, j) => a[k * width + j],
        );
        const wantedMix = mixed.map((_, at) => mix(Math.floor(at / width), at % width));
        return distance(innerProducts(a, b, width), wanted) < 1e-9 && distance(mixed, wantedMix) < 1e-9;
      }),
      { numRuns: 30 },
    );
  });

  test('an inner product does not depend on the other rows', () => {
    const [a, b] = [normals(50, 0.3), normals(70)];
    const all = innerProducts(a, b, 10);
    for (let j = 0; j < 7; j += 1)
      expect(innerProducts(a.subarray(20, 30), b.subarray(10 * j, 10 * j + 10), 10)[0]).toBe(all[2 * 7 + j]);
  });
});

describe('cholesky', () => {
  test('solves positive definite systems', () => {
    const n = 12;
    const root = normals(n * 20);
    const matrix = innerProducts(root, root, 20);
    const x = normals(n);
    const b = innerProducts(x, matrix, n);
    const factor = cholesky(matrix, n);
    forwardSolve(factor, n, b);
    backwardSolve(factor, n, b);
    expect(distance(b, x)).toBeLessThan(1e-9);
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow('positive definite');
  });

  test('pivoted: finds the rank and gives the matrix back', () => {
    const root = normals(15 * 4);
    const matrix = innerProducts(root, root, 4);
    const { rank, factor } = pivotedCholesky(matrix, 15);
    expect(rank).toBe(4);
    expect(distance(innerProducts(factor, factor, rank), matrix)).toBeLessThan(1e-10);
    expect(pivotedCholesky(new Float64Array(9), 3).rank).toBe(0);
  });

  test('rowSpace keeps inner products, and carries weights back', () => {
    const data = normals(6 * 30);
    data.copyWithin(0, 30, 60); // two equal rows
    const space = rowSpace(data, 6, 30);
    expect(space.rank).toBe(5);
    const weights = normals(5);
    const carried = space.carryBack(weights);
    const scores = innerProducts(space.coordinates, weights, 5);
    expect(distance(innerProducts(data, carried, 30), scores)).toBeLessThan(1e-10);
    expect(innerProducts(carried, carried, 30)[0]).toBeCloseTo(innerProducts(weights, weights, 5)[0], 10);
  });
});

describe('minimise', () => {
  const options = { tolerance: 1e-8, maxIterations: 500 };

  test("finds the end of Rosenbrock's valley", async () => {
    const found = await minimise(
      (x, gradient) => {
        gradient[0] = -2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2);
        gradient[1] = 200 * (x[1] - x[0] ** 2);
        return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2;
      },
      Float64Array.of(-1.2, 1),
      options,
    );
    expect(found.converged).toBe(true);
    expect(distance(found.point, Float64Array.of(1, 1))).toBeLessThan(1e-6);
  });

  test('finds the bottom of a badly scaled bowl, and says when it had too few iterations', async () => {
    const bowl = (x: Float64Array, gradient: Float64Array) => {
      let value = 0;
      x.forEach((at, i) => {
        const scale = 10 ** (i % 5);
        value += (scale * (at - i) ** 2) / 2;
        gradient[i] = scale * (at - i);
      });
      return value;
    };
    const start = new Float64Array(12);
    const found = await minimise(bowl, start, options);
    expect(found.converged).toBe(true);
    expect(distance(found.point, Float64Array.from(start.keys()))).toBeLessThan(1e-6);
    expect(start.every((at) => at === 0)).toBe(true);
    const short = await minimise(bowl, start, { ...options, maxIterations: 2 });
    expect(short).toMatchObject({ converged: false, iterations: 2 });
  });

  test('at the bottom there is nothing to do', async () => {
    const found = await minimise(
      (x, gradient) => ((gradient[0] = 2 * x[0]), x[0] ** 2),
      Float64Array.of(0),
      options,
    );
    expect(found).toMatchObject({ converged: true, iterations: 0 });
  });
});
