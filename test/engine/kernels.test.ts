// Every kernel of `onnx`, for every type it declares, against tfjs's own CPU backend; and the table in docs/kernels.md.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { kernelRules } from '../../src/engine/kernels/table.ts';
import { OnnxBackend } from '../../src/engine/onnx-backend.ts';
import { kernelCases } from './kernel-cases.ts';
import { kernelTable } from './kernel-table.ts';
import { compute, tested, testedInstead, withEngine } from './on-backend.ts';
import type { Numbers } from './on-backend.ts';

const record = vi.spyOn(OnnxBackend.prototype, 'record');
const reference = new Map<string, readonly Numbers[]>();
let engine: Engine;
/** WGSL allows its `sin` and `cos` an error of 2^-11. */
const tolerance = testedInstead === 'webgpu' ? 2 ** -11 : 1e-5;

beforeAll(async () => {
  await withEngine('reference', async () => {
    for (const { name, program } of kernelCases) reference.set(name, await compute(program));
  });
  engine = await openEngine(tested(1));
});
afterAll(() => engine.dispose());

/** TensorFlow's package for Node has no numbers for padding, no channels before places, no rounding up, and no whole strided slices. */
const beyondTensorflow =
  /^(fused )?(conv2d|depthwiseConv2d|maxPool|avgPool).*(\[|channels|rounded)|^stridedSlice of all|^sign of no number/;
/** Refused: the gradient of a depthwise convolution with steps is wrong there. */
const beyondWebgpu = /^depthwiseConv2d.*steps 2,2, pad/;
const cases = kernelCases.filter(({ name }) => {
  if (testedInstead === 'tensorflow') return !beyondTensorflow.test(name);
  return testedInstead !== 'webgpu' || !beyondWebgpu.test(name);
});

describe('kernels of `onnx` agree with the reference', () => {
  it.each(cases)('$name', async ({ name, program }) => {
    const expected = reference.get(name) ?? [];
    const actual = await compute(program);
    expect(actual.map(typeOf)).toEqual(expected.map(typeOf));
    actual.forEach(({ values }, i) => {
      expect(worst(values, expected[i]?.values ?? [])).toBeLessThanOrEqual(tolerance);
    });
  });
});

describe.skipIf(testedInstead === 'tensorflow')(
  'convolutions whose windows tfjs counts by the height of the filter alone',
  () => {
    it('are refused', () => {
      const convolve = (): tf.Tensor =>
        tf.conv2d(tf.zeros<tf.Rank.R4>([1, 7, 7, 16]), tf.zeros([3, 1, 16, 2]), 1, 1);
      expect(() => tf.tidy(convolve)).toThrow('one number as padding and a filter that is not square');
    });
  },
);

describe.skipIf(testedInstead !== undefined)('the table of kernels', () => {
  it('has a case for every type of every input', () => {
    const tried = new Set(
      record.mock.calls.flatMap(([rule, inputs]) =>
        inputs.map(([name, { dtype }]) => `${rule.kernel}.${rule.list === true ? 'inputs' : name} ${dtype}`),
      ),
    );
    const declared = kernelRules.flatMap(({ kernel, inputs }) =>
      Object.entries(inputs).flatMap(([name, types]) => types.map((type) => `${kernel}.${name} ${type}`)),
    );
    expect(declared.filter((entry) => !tried.has(entry))).toEqual([]);
    const called = new Set(record.mock.calls.map(([rule]) => rule.kernel));
    expect(kernelRules.map((rule) => rule.kernel).filter((kernel) => !called.has(kernel))).toEqual([]);
  });

  it('is the one in the documentation', async () => {
    await expect(kernelTable()).toMatchFileSnapshot('../../docs/kernels.md');
  });
});

function typeOf({ shape, dtype }: Numbers): Omit<Numbers, 'values'> {
  return { shape, dtype };
}

/** The largest relative error (absolute below 1); infinite where one is a number and the other is not. */
function worst(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity;
  return Math.max(
    0,
    ...actual.map((value, i) => {
      const wanted = expected[i] ?? NaN;
      if (Object.is(value, wanted)) return 0;
      const error = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
      return Number.isNaN(error) ? Infinity : error;
    }),
  );
}
