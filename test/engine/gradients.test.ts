// First and second derivatives on `onnx` against differences of values and of gradients that `reference` computes.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { gradients } from '../../src/engine/gradients/table.ts';
import { kernelRules } from '../../src/engine/kernels/table.ts';
import { OnnxBackend } from '../../src/engine/onnx-backend.ts';
import { gradientCases } from './gradient-cases.ts';
import type { GradientCase, Start } from './gradient-cases.ts';
import { withEngine } from './on-backend.ts';

type Point = readonly (readonly number[])[];

const record = vi.spyOn(OnnxBackend.prototype, 'record');
const slopes = new Map<string, Point>();
const bends = new Map<string, Point>();
let engine: Engine;

beforeAll(async () => {
  await withEngine('reference', async () => {
    for (const test of gradientCases) {
      const start = test.starts.map(({ numbers }) => numbers);
      const along = direction(test);
      slopes.set(
        test.name,
        await everyNumber(start, async (i, j) => {
          const [row] = await difference(start, only(start, i, j), async (x) => [[await value(test, x)]]);
          return row?.[0] ?? NaN;
        }),
      );
      bends.set(test.name, await difference(start, along, (x) => gradient(test, x)));
    }
  });
  engine = await openEngine({ backend: 'onnx', threads: 1 });
}, 120_000);
afterAll(() => engine.dispose());

describe('first derivatives', () => {
  it.each(gradientCases)('$name', async (test) => {
    record.mockClear();
    const actual = await gradient(
      test,
      test.starts.map(({ numbers }) => numbers),
    );
    expect(worst(actual, slopes.get(test.name))).toBeLessThan(2e-3);
    const called = record.mock.calls.flatMap(([rule, inputs]) =>
      rule.kernel === test.kernel ? inputs.map(([name]) => (rule.list === true ? 'inputs' : name)) : [],
    );
    expect(called).toEqual(expect.arrayContaining([...test.inputs]));
    const { inputs = {} } = kernelRules.find(({ kernel }) => kernel === test.kernel) ?? {};
    for (const input of test.inputs) expect(inputs[input]).toContain('float32');
  });
});

describe('second derivatives', () => {
  it.each(gradientCases)('$name', async (test) => {
    const along = direction(test);
    const actual = await derivatives(test, starts(test), (...xs) =>
      tf.addN(
        tf
          .grads(lossOf(test))(xs)
          .map((slope, i) => tf.sum(tf.mul(slope, tensorAt(test.starts[i], along[i])))),
      ),
    );
    expect(worst(actual, bends.get(test.name))).toBeLessThan(2e-3);
  });
});

it('there is a case for every gradient of numbers', () => {
  const tried = new Set(gradientCases.map(({ kernel }) => kernel));
  const untried = gradients.map(({ kernelName }) => kernelName).filter((kernel) => !tried.has(kernel));
  expect(untried).toEqual(['LogicalNot', 'LogicalAnd', 'LogicalOr', 'OneHot']);
});

/** A number that bends in every output, so that second derivatives are there even for what is linear. */
function lossOf({ program }: GradientCase): (...xs: tf.Tensor[]) => tf.Tensor {
  return (...xs) => {
    const y = program(...xs);
    const weights = Array.from({ length: y.size }, (_, i) => Math.cos(1 + i) / Math.sqrt(y.size));
    return tf.sum(tf.mul(tf.add(tf.square(y), y), tf.tensor(weights, y.shape)));
  };
}

function direction({ starts: given }: GradientCase): Point {
  return given.map(({ numbers }, i) => numbers.map((_, j) => Math.sin(1 + 3 * i + j)));
}

function starts({ starts: given }: GradientCase): Point {
  return given.map(({ numbers }) => numbers);
}

async function value(test: GradientCase, point: Point): Promise<number> {
  const y = tf.tidy(() => lossOf(test)(...tensors(test, point)));
  const [number] = await y.data();
  y.dispose();
  return number ?? NaN;
}

async function gradient(test: GradientCase, point: Point): Promise<Point> {
  return derivatives(test, point, lossOf(test));
}

async function derivatives(
  test: GradientCase,
  point: Point,
  f: (...xs: tf.Tensor[]) => tf.Tensor,
): Promise<Point> {
  const found = tf.tidy(() => tf.grads(f)(tensors(test, point)));
  const numbers: (readonly number[])[] = [];
  try {
    for (const tensor of found) numbers.push(Array.from(await tensor.data()));
  } finally {
    tf.dispose(found);
  }
  return numbers;
}

function tensors(test: GradientCase, point: Point): tf.Tensor[] {
  return point.map((numbers, i) => tensorAt(test.starts[i], numbers));
}

function tensorAt(start: Start | undefined, numbers: readonly number[] | undefined): tf.Tensor {
  return tf.tensor([...(numbers ?? [])], [...(start?.shape ?? [])], 'float32');
}

/** The derivative of `f` along a direction, from four values around the point (Richardson's extrapolation). */
async function difference(point: Point, along: Point, f: (x: Point) => Promise<Point>): Promise<Point> {
  const at = (h: number): Promise<Point> =>
    f(point.map((row, i) => row.map((x, j) => x + h * (along[i]?.[j] ?? 0))));
  const h = 1 / 16;
  const [far, farBack, near, nearBack] = [await at(h), await at(-h), await at(h / 2), await at(-h / 2)];
  return far.map((row, i) =>
    row.map((x, j) => {
      const wide = (x - (farBack[i]?.[j] ?? NaN)) / (2 * h);
      const narrow = ((near[i]?.[j] ?? NaN) - (nearBack[i]?.[j] ?? NaN)) / h;
      return (4 * narrow - wide) / 3;
    }),
  );
}

function only(point: Point, i: number, j: number): Point {
  return point.map((row, r) => row.map((_, c) => Number(r === i && c === j)));
}

async function everyNumber(point: Point, f: (i: number, j: number) => Promise<number>): Promise<Point> {
  const rows: number[][] = [];
  for (const [i, row] of point.entries()) {
    const found: number[] = [];
    for (const j of row.keys()) found.push(await f(i, j));
    rows.push(found);
  }
  return rows;
}

/** The largest relative error (absolute below 1). */
function worst(actual: Point, expected: Point | undefined): number {
  const [a, b] = [actual.flat(), expected?.flat() ?? []];
  if (a.length !== b.length || a.length === 0) return Infinity;
  return Math.max(
    ...a.map((x, i) => {
      const wanted = b[i] ?? NaN;
      const error = Math.abs(x - wanted) / Math.max(1, Math.abs(wanted));
      return Number.isNaN(error) ? Infinity : error;
    }),
  );
}
