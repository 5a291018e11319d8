// Layers with gradients of their own against tfjs's tape over plain formulas; dropout; cross-entropy.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { dropoutOf, noDropout } from '../../../src/learning/layers/dropout.ts';
import { dropOf } from '../../../src/learning/layers/dropped.ts';
import { gelu } from '../../../src/learning/layers/gelu.ts';
import { layerNorm } from '../../../src/learning/layers/layer-norm.ts';
import { lookUpFew } from '../../../src/learning/layers/look-up-few.ts';
import { rearrange } from '../../../src/learning/layers/rearrange.ts';
import { crossEntropy } from '../../../src/learning/losses/cross-entropy.ts';
import { compute, withEngine } from '../../engine/on-backend.ts';

type Program = (...xs: tf.Tensor[]) => tf.Tensor;

function waves(shape: number[], seed: number): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => 2 * Math.sin(seed + i * i * 0.7 + i)),
    shape,
  );
}

/** Values, gradients, and gradients of the gradients' weighted sum. */
function derivatives(program: Program, make: () => tf.Tensor[]): tf.Tensor[] {
  const xs = make();
  const loss: Program = (...xs) => {
    const y = program(...xs);
    return tf.sum(tf.mul(tf.square(y), waves(y.shape, 0.3)));
  };
  const slopes = tf.grads(loss)(xs);
  const bends = tf.grads((...xs) =>
    tf.addN(
      tf
        .grads(loss)(xs)
        .map((slope, i) => tf.sum(tf.mul(slope, waves(slope.shape, i)))),
    ),
  )(xs);
  return [program(...xs), ...slopes, ...bends];
}

async function same(ours: Program, plain: Program, make: () => tf.Tensor[]): Promise<void> {
  for (const backend of ['onnx', 'reference'] as const) {
    const [actual, expected] = await withEngine(backend, async () => [
      await compute(() => derivatives(ours, make)),
      await compute(() => derivatives(plain, make)),
    ]);
    expect(actual?.map(({ shape }) => shape)).toEqual(expected?.map(({ shape }) => shape));
    const [a, b] = [actual, expected].map((all) => all?.flatMap(({ values }) => values) ?? []);
    expect(a?.length).toBeGreaterThan(0);
    a?.forEach((value, i) => {
      const wanted = b?.[i] ?? NaN;
      expect(Math.abs(value - wanted)).toBeLessThan(1e-3 * Math.max(1, Math.abs(wanted)));
    });
  }
}

const given = (tensor: tf.Tensor | undefined): tf.Tensor => tensor ?? tf.scalar(NaN);

describe('value, gradient and second derivative', () => {
  it('of GELU', async () => {
    const plain: Program = (x) =>
      tf.mul(tf.mul(given(x), 0.5), tf.add(tf.erf(tf.mul(given(x), Math.SQRT1_2)), 1));
    await same(
      (x) => gelu(given(x)),
      plain,
      () => [waves([3, 4], 1)],
    );
  });

  it('of layer normalisation', async () => {
    const plain: Program = (x, gamma, beta) => {
      const centred = tf.sub(given(x), tf.mean(given(x), -1, true));
      const spread = tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 0.01));
      return tf.add(tf.mul(tf.div(centred, spread), given(gamma)), given(beta));
    };
    await same(
      (x, gamma, beta) => layerNorm(given(x), given(gamma), given(beta), 0.01),
      plain,
      () => [waves([2, 3, 4], 1), waves([4], 2), waves([4], 3)],
    );
  });

  it('of rows in another order', async () => {
    // The last row is padding; the repeated first row is multiplied by 0.
    const there = () => tf.tensor2d([[2, 0], [1, 0]], [2, 2], 'int32'); // prettier-ignore
    const mask = () => tf.tensor3d([1, 1, 1, 0], [2, 2, 1]);
    const rearranged: Program = (x) =>
      tf.mul(
        rearrange(given(x) as tf.Tensor2D, {
          there: there(),
          back: tf.tensor1d([1, 2, 0, 0], 'int32'),
          read: tf.tensor2d([1, 1, 1, 0], [4, 1]),
        }),
        mask(),
      );
    await same(
      rearranged,
      (x) => tf.mul(tf.gather(given(x), there()), mask()),
      () => [waves([4, 3], 1)],
    );
  });

  it.each([3, 5, 9])('of a lookup in the first %i rows of five', async (reach) => {
    const rows = () => tf.tensor1d([2, 0, 0, 1, 2, 0], 'int32');
    await same(
      (x) => lookUpFew(given(x), rows(), reach),
      (x) => tf.gather(given(x), rows()),
      () => [waves([5, 3], 1)],
    );
  });

  it('of cross-entropy', async () => {
    const targets = () => tf.tensor2d([[0, 1, 0], [0.5, 0.25, 0.25]]); // prettier-ignore
    const plain: Program = (x) =>
      tf.neg(tf.mean(tf.sum(tf.mul(tf.log(tf.softmax(given(x))), targets()), -1)));
    await same(
      (x) => crossEntropy(given(x), targets()),
      plain,
      () => [waves([2, 3], 1)],
    );
  });

  it('of cross-entropy where softmax has rounded to 0', async () => {
    await withEngine('onnx', async () => {
      const [loss] = await compute(() => crossEntropy(tf.tensor2d([[0, 300]]), tf.tensor2d([[1, 0]])));
      expect(loss?.values).toEqual([300]);
    });
  });
});

describe('dropout', () => {
  const ones = (size: number, rate: number, ...stream: number[]): Uint8Array => {
    const kept = new Uint8Array(size).fill(1);
    const places = new Int32Array(size);
    const count = dropOf(rate)(size, stream, places);
    for (const place of places.subarray(0, count)) kept[place] = 0;
    return kept;
  };

  it.each([0.01, 0.1, 0.5, 0.9])('drops a share of %s, evenly', (rate) => {
    const size = 200_000;
    const kept = ones(size, rate, 1, 2);
    const dropped = (from: number, step: number): number => {
      let count = 0;
      for (let i = from; i < size; i += step) count += 1 - (kept[i] ?? 0);
      return count;
    };
    for (const [from, step] of [
      [0, 1],
      [0, 2],
      [1, 2],
      [size / 2, 1],
      [3, 7],
    ] as const) {
      // prettier-ignore
      const count = Math.ceil((size - from) / step);
      const deviation = Math.sqrt(count * rate * (1 - rate));
      expect(Math.abs(dropped(from, step) - count * rate)).toBeLessThan(4.5 * deviation);
    }
    // Whether neighbours drop is independent.
    const both = kept.reduce((sum, value, i) => sum + Number(value === 0 && kept[i + 1] === 0), 0);
    expect(Math.abs(both - size * rate ** 2)).toBeLessThan(6 * Math.sqrt(size) * rate);
  });

  it('depends on seed, step and call alone', () => {
    expect(ones(1000, 0.1, 1, 2, 3)).toEqual(ones(1000, 0.1, 1, 2, 3));
    expect(ones(1000, 0.1, 1, 2, 3)).toEqual(ones(2000, 0.1, 1, 2, 3).subarray(0, 1000));
    const others = [ones(1000, 0.1, 2, 2, 3), ones(1000, 0.1, 1, 3, 3), ones(1000, 0.1, 1, 2, 4)];
    for (const other of others) expect(other).not.toEqual(ones(1000, 0.1, 1, 2, 3));
  });

  it('drops the same on every backend, grows the rest, and its gradient drops the same', async () => {
    const program = (): tf.Tensor[] => {
      const x = waves([20, 30], 1);
      const y = dropoutOf(0.25, 5, 9)(x);
      return [y, tf.div(y, x), tf.grad((x) => tf.sum(dropoutOf(0.25, 5, 9)(x)))(x)];
    };
    const [onnx, reference] = [
      await withEngine('onnx', () => compute(program), 2),
      await withEngine('reference', () => compute(program)),
    ];
    const factors = onnx[1]?.values ?? [];
    expect(factors).toHaveLength(600);
    expect(factors.every((factor) => factor === 0 || Math.abs(factor - 4 / 3) < 1e-6)).toBe(true);
    expect(factors.filter((factor) => factor === 0).length).toBeGreaterThan(100);
    onnx[2]?.values.forEach((slope, i) => expect(slope).toBeCloseTo(factors[i] ?? NaN, 5));
    expect(reference[0]?.values.map((value) => value === 0)).toEqual(
      onnx[0]?.values.map((value) => value === 0),
    );
  });

  it('drops others at each call of a step', async () => {
    await withEngine('reference', async () => {
      const dropout = dropoutOf(0.5, 5, 9);
      const [a, b] = await compute(() => [dropout(tf.ones([64])), dropout(tf.ones([64]))]);
      expect(a?.values).not.toEqual(b?.values);
    });
  });

  it('of nothing is nothing, and of everything is refused', () => {
    expect(dropoutOf(0, 1, 1)).toBe(noDropout);
    expect(() => dropoutOf(1, 1, 1)).toThrow(RangeError);
  });
});
