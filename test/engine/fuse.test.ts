// Groups that become one operator, and those that must not because something else needs what is inside.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { withEngine } from './on-backend.ts';

const x = (): tf.Tensor => tf.tensor2d([-2, -0.5, 0, 0.3, 1, 4], [2, 3]);
const gelu = (v: tf.Tensor): tf.Tensor => tf.mul(tf.mul(v, 0.5), tf.add(tf.erf(tf.div(v, Math.SQRT2)), 1));

interface Parts {
  readonly centred: tf.Tensor;
  readonly normal: tf.Tensor;
}
function layerNorm(v: tf.Tensor, epsilon: number, axis = -1): Parts {
  const centred = tf.sub(v, tf.mean(v, axis, true));
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axis, true), epsilon));
  const normal = tf.add(tf.mul(tf.mul(centred, scale), tf.tensor1d([1, 2, 3])), tf.tensor1d([0.5, 0, -1]));
  return { centred, normal };
}

/** The same program on both backends: the largest difference, and the nodes that ran. */
async function compare(
  program: () => tf.Tensor | tf.Tensor[],
): Promise<{ readonly difference: number; readonly nodes: Readonly<Record<string, number>> }> {
  const values = async (): Promise<readonly number[]> => {
    const outputs = [tf.tidy(program)].flat();
    const all: number[] = [];
    for (const output of outputs) all.push(...(await output.data()));
    return all;
  };
  const wanted = await withEngine('reference', values);
  return withEngine('onnx', async (engine) => {
    const actual = await values();
    expect(actual).toHaveLength(wanted.length);
    const difference = Math.max(...actual.map((value, i) => Math.abs(value - (wanted[i] ?? NaN))));
    return { difference, nodes: engine.trace().nodes };
  });
}

describe('GELU', () => {
  it.each([
    ['as a quotient', gelu],
    [
      'as a product, otherwise ordered',
      (v: tf.Tensor) => tf.mul(tf.add(1, tf.erf(tf.mul(Math.SQRT1_2, v))), tf.mul(0.5, v)),
    ],
  ])('%s is one operator', async (_, program) => {
    const { difference, nodes } = await compare(() => program(x()));
    expect(nodes).toEqual({ Gelu: 1 });
    expect(difference).toBeLessThan(1e-6);
  });

  it.each([
    [
      'with another factor',
      (v: tf.Tensor) => tf.mul(tf.mul(v, 0.4), tf.add(tf.erf(tf.div(v, Math.SQRT2)), 1)),
    ],
    ['with another scale', (v: tf.Tensor) => tf.mul(tf.mul(v, 0.5), tf.add(tf.erf(tf.div(v, 1.5)), 1))],
    [
      'of two tensors',
      (v: tf.Tensor) => tf.mul(tf.mul(v, 0.5), tf.add(tf.erf(tf.div(tf.neg(v), Math.SQRT2)), 1)),
    ],
  ])('%s is left as it is', async (_, program) => {
    const { difference, nodes } = await compare(() => program(x()));
    expect(nodes['Erf']).toBe(1);
    expect(difference).toBeLessThan(1e-6);
  });
});

describe('layer normalisation', () => {
  it('is one operator', async () => {
    const { difference, nodes } = await compare(() => layerNorm(x(), 1e-5).normal);
    expect(nodes).toEqual({ LayerNormalization: 1 });
    expect(difference).toBeLessThan(1e-5);
  });

  it('has its epsilon in the structure', async () => {
    await withEngine('onnx', async (engine) => {
      const results: number[][] = [];
      for (const epsilon of [1e-5, 1, 1e-5]) {
        const output = tf.tidy(() => layerNorm(x(), epsilon).normal);
        results.push(Array.from(await output.data()));
        output.dispose();
      }
      expect(results[2]).toEqual(results[0]);
      expect(results[1]).not.toEqual(results[0]);
      expect(engine.trace()).toMatchObject({ compiled: 2, cacheHits: 1 });
    });
  });

  it('is left as it is over another axis', async () => {
    const square = (): tf.Tensor => tf.tensor2d([3, 1, 4, 1, 5, 9, 2, 6, 5], [3, 3]);
    const { difference, nodes } = await compare(() => layerNorm(square(), 1e-5, 0).normal);
    expect(nodes['LayerNormalization']).toBeUndefined();
    expect(difference).toBeLessThan(1e-5);
  });

  it('is left as it is when a part of it is needed elsewhere', async () => {
    const held = await compare(() => {
      const { centred, normal } = layerNorm(x(), 1e-5);
      return [centred, normal];
    });
    expect(held.nodes['LayerNormalization']).toBeUndefined();
    expect(held.difference).toBeLessThan(1e-5);
    const read = await compare(() => {
      const { centred, normal } = layerNorm(x(), 1e-5);
      return tf.add(centred, normal);
    });
    expect(read.nodes['LayerNormalization']).toBeUndefined();
    expect(read.difference).toBeLessThan(1e-5);
  });
});
