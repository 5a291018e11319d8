// Numbers that are the same in every run are part of the graph where inputs would cross to a device each time. Shown on the processor, in the place of one.
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession } from 'onnxruntime-node';
import { expect, it, vi } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import { withEngine } from './on-backend.ts';

vi.mock('../../src/engine/provider.ts', async (original) => ({
  ...(await original<object>()),
  fixesNumbers: () => true,
}));

const size = 1024;
const create = vi.spyOn(InferenceSession, 'create');
/** What the newest graph is fed. */
const fed = async (): Promise<number> => {
  const session = (await create.mock.results.at(-1)?.value) as InferenceSession; // which is what it gives
  return session.inputNames.length;
};
const filled = async (value: number): Promise<tf.Tensor> => {
  const tensor = tf.add(tf.fill([size, size], value), 0);
  await tensor.data();
  return tensor;
};

it('large numbers are fed once, and belong to the graph from the third run on', async () => {
  await withEngine('onnx', async (engine) => {
    const [large, other] = [await filled(3), await filled(5)];
    const product = async (weights: tf.Tensor, x: number): Promise<number> => {
      const result = tf.tidy(() =>
        tf.matMul(tf.tensor2d(new Float32Array(size).fill(x), [1, size]), weights),
      );
      const [value = NaN] = await result.data();
      result.dispose();
      return value;
    };
    expect(await product(large, 1)).toBe(3 * size);
    const before = await fed();
    await product(large, 1);
    expect(await fed()).toBe(before);
    expect(await product(large, 2)).toBe(6 * size);
    expect(await fed()).toBe(before - 1);
    const { compiled, graphBytes } = engine.trace();
    expect(graphBytes).toBeGreaterThanOrEqual(size * size * 4);
    expect(await product(large, 4)).toBe(12 * size);
    expect(engine.trace().compiled).toBe(compiled);
    // Others of the same shape are not taken for them.
    await product(other, 1);
    await product(other, 1);
    expect(await product(other, 2)).toBe(10 * size);
    expect(engine.trace().compiled).toBe(compiled + 1);
    expect(await product(large, 5)).toBe(15 * size);
  });
});

it('a captured program has what it makes itself, and weights that are not trained, as parts from its first run on', async () => {
  await withEngine('onnx', async ({ capture }) => {
    if (capture === undefined) throw new Error('`onnx` captures');
    const frozen = await filled(2);
    create.mockClear();
    const program = capture((input) => ({
      y: tf.matMul(input('x', { type: 'float32', shape: [1, size] }), frozen),
    }));
    const x = { type: 'float32', shape: [1, size], data: new Float32Array(size).fill(0.5) } as const;
    for (let i = 0; i < 3; i++) {
      const { y } = await program.run({ x });
      expect(y?.data[0]).toBe(size);
    }
    expect(create).toHaveBeenCalledOnce();
    expect(await fed()).toBe(1);
  });
});

it('numbers that have no room beside those of other graphs are fed', async () => {
  const limits = { sessions: 32, bytes: 2 ** 30, fixedBytes: size * size * 4 };
  const engine = await openEngine({ backend: 'onnx', threads: 1, limits });
  try {
    const x = { type: 'float32', shape: [1, size], data: new Float32Array(size).fill(1) } as const;
    for (const [value, inputs] of [
      [2, 1],
      [3, 2],
    ] as const) {
      const frozen = await filled(value);
      const program = engine.capture?.((input) => ({
        y: tf.add(tf.matMul(input('x', { type: 'float32', shape: [1, size] }), frozen), value),
      }));
      for (let i = 0; i < 2; i++)
        expect((await program?.run({ x }))?.['y']?.data[0]).toBe(value * size + value);
      expect(await fed()).toBe(inputs);
    }
  } finally {
    await engine.dispose();
  }
});

it('numbers at one place of a graph are not taken for the same numbers at another', async () => {
  await withEngine('onnx', async () => {
    const known = await filled(3);
    const difference = async (a: tf.Tensor, b: tf.Tensor): Promise<number> => {
      const result = tf.sub(a, b);
      const [value = NaN] = await result.data();
      result.dispose();
      return value;
    };
    for (const value of [1, 2, 4]) expect(await difference(known, await filled(value))).toBe(3 - value);
    expect(await difference(await filled(1), known)).toBe(-2);
  });
});

it('numbers that are few beside the nodes of a graph are fed for longer: it would be compiled for little', async () => {
  await withEngine('onnx', async (engine) => {
    const few = tf.add(tf.fill([64, 64], 3), 0);
    const nodes = 30;
    await few.data();
    for (let i = 0; i < 20; i++) {
      const result = tf.tidy(() => {
        let x: tf.Tensor = tf.tensor1d(new Float32Array(64).fill(i));
        for (let node = 0; node < nodes; node++) x = tf.sin(tf.add(x, few));
        return tf.sum(x);
      });
      await result.data();
      result.dispose();
    }
    expect(engine.trace().compiled).toBe(2); // and what was filled
  });
});
