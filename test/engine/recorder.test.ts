// What the recording backend promises beside right numbers: what is compiled, kept, freed and refused.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/engine/engine-error.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { withEngine } from './on-backend.ts';

async function numbers(program: () => tf.Tensor): Promise<readonly number[]> {
  const tensor = tf.tidy(program);
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return values;
}

function thrown(work: () => unknown): EngineError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    return error as EngineError; // as was just checked
  }
  throw new Error('nothing was thrown');
}

describe('structure and values', () => {
  it('compiles once for a program whose numbers change, and again for other shapes, axes or constants', async () => {
    await withEngine('onnx', async (engine) => {
      const step = (rate: number, rows: number, axis: number, fill: number) => (): tf.Tensor =>
        tf.sum(tf.mul(tf.add(tf.ones([rows, 2]), tf.fill([rows, 2], fill)), tf.scalar(rate)), axis);
      for (let i = 1; i <= 20; i++) expect(await numbers(step(i, 3, 0, 0))).toEqual([3 * i, 3 * i]);
      expect(engine.trace()).toMatchObject({ compiled: 1, cacheHits: 19, runs: 20 });
      expect(await numbers(step(2, 4, 0, 0))).toEqual([8, 8]);
      expect(await numbers(step(2, 3, 1, 0))).toEqual([4, 4, 4]);
      expect(await numbers(step(2, 3, 0, 1))).toEqual([12, 12]);
      expect(engine.trace()).toMatchObject({ compiled: 4, cacheHits: 19, runs: 23 });
    });
  });

  it('tells apart which input goes where', async () => {
    await withEngine('onnx', async (engine) => {
      const [a, b] = [tf.scalar(7), tf.scalar(2)];
      expect(await numbers(() => tf.sub(a, b))).toEqual([5]);
      expect(await numbers(() => tf.sub(a, a))).toEqual([0]);
      expect(await numbers(() => tf.sub(b, a))).toEqual([-5]);
      expect(engine.trace()).toMatchObject({ compiled: 2, runs: 3 });
    });
  });

  it('counts the nodes it runs', async () => {
    await withEngine('onnx', async (engine) => {
      await numbers(() => tf.exp(tf.add(tf.tensor1d([1, 2]), 1)));
      expect(engine.trace().nodes).toEqual({ Add: 1, Exp: 1 });
    });
  });
});

describe('running', () => {
  it('computes everything that is still held in one run, and nothing that is not', async () => {
    await withEngine('onnx', async (engine) => {
      const x = tf.tensor1d([1, 4, 9]);
      const root = tf.sqrt(x);
      const forgotten = tf.exp(x);
      forgotten.dispose();
      const twice = tf.mul(root, 2);
      expect(Array.from(await twice.data())).toEqual([2, 4, 6]);
      expect(Array.from(await root.data())).toEqual([1, 2, 3]);
      expect(engine.trace()).toMatchObject({ runs: 1, nodes: { Sqrt: 1, Mul: 1 } });
    });
  });

  it('goes on recording from what was computed', async () => {
    await withEngine('onnx', async (engine) => {
      let total: tf.Tensor = tf.scalar(1);
      for (let i = 0; i < 4; i++) {
        const next = tf.mul(total, 3);
        total.dispose();
        total = next;
        await total.data();
      }
      expect(Array.from(await total.data())).toEqual([81]);
      expect(engine.trace()).toMatchObject({ compiled: 1, runs: 4, nodes: { Mul: 4 } });
    });
  });

  it('takes reads that are asked for at once', async () => {
    await withEngine('onnx', async () => {
      const x = tf.tensor1d([1, 2]);
      const first = tf.add(x, 1);
      const reading = first.data();
      const second = tf.mul(first, 10);
      expect((await Promise.all([reading, second.data(), first.data()])).map((v) => Array.from(v))).toEqual([
        [2, 3],
        [20, 30],
        [2, 3],
      ]);
    });
  });

  it('reads what a program gave without running anything', async () => {
    await withEngine('onnx', async (engine) => {
      expect(await numbers(() => tf.reshape(tf.tensor2d([[1, 2]]), [2]))).toEqual([1, 2]);
      expect(engine.trace().runs).toBe(0);
    });
  });
});

describe('memory', () => {
  it('holds nothing after a thousand steps that it did not hold before', async () => {
    await withEngine('onnx', async (engine) => {
      let weight: tf.Tensor = tf.zeros([8, 8]);
      await weight.data();
      const before = tf.memory();
      for (let i = 0; i < 1000; i++) {
        const next = tf.tidy(() => tf.add(weight, tf.scalar(i)));
        weight.dispose();
        weight = next;
        if (i % 100 === 99) await weight.data();
      }
      expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
      expect(engine.trace()).toMatchObject({ graphs: 1, runs: 10 });
      expect((await weight.data())[0]).toBe(499_500);
    });
  });

  it('drops the graphs that were not used for longest', async () => {
    const engine = await openEngine({ backend: 'onnx', threads: 1, limits: { sessions: 2, bytes: 1e9 } });
    const run = (rows: number): Promise<readonly number[]> => numbers(() => tf.sum(tf.neg(tf.ones([rows]))));
    for (const rows of [3, 4, 3, 5, 3, 4]) expect(await run(rows)).toEqual([-rows]);
    expect(engine.trace()).toMatchObject({ compiled: 4, cacheHits: 2, graphs: 2 });
    await engine.dispose();
  });

  it('drops graphs that keep too much working memory, but none of the eight newest', async () => {
    const engine = await openEngine({ backend: 'onnx', threads: 1, limits: { sessions: 12, bytes: 5000 } });
    const run = (rows: number): Promise<readonly number[]> => numbers(() => tf.sum(tf.neg(tf.ones([rows]))));
    for (let i = 0; i < 10; i++) await run(10 + i);
    expect(engine.trace()).toMatchObject({ compiled: 10, graphs: 10 });
    for (let round = 0; round < 3; round++) for (let i = 0; i < 8; i++) await run(4000 + i);
    expect(engine.trace()).toMatchObject({ compiled: 18, cacheHits: 16, graphs: 8 });
    await engine.dispose();
  });

  it('keeps the working memory of small graphs only', async () => {
    const engine = await openEngine({ backend: 'onnx', threads: 1 });
    const run = (rows: number): Promise<readonly number[]> => numbers(() => tf.sum(tf.neg(tf.ones([rows]))));
    await run(1000);
    const { graphBytes } = engine.trace();
    expect(graphBytes).toBeGreaterThanOrEqual(4000);
    expect(await run(12_000_000)).toEqual([-12_000_000]);
    expect(engine.trace()).toMatchObject({ graphs: 2, graphBytes });
    await engine.dispose();
  });
});

describe('refusals', () => {
  it('of the gradient of a depthwise convolution with steps, on WebGPU, come before anything is computed', async () => {
    for (const provider of ['webgpu', 'cpu'] as const) {
      const engine = await openEngine({ backend: 'onnx', provider, threads: 1 });
      try {
        const slope = (strides: number) => (): tf.Tensor =>
          tf.grad((x) =>
            tf.depthwiseConv2d(x as tf.Tensor4D, tf.ones<tf.Rank.R4>([1, 1, 2, 1]), strides, 'valid'),
          )(tf.ones([1, 4, 4, 2]));
        slope(1)();
        if (provider === 'cpu') slope(2)();
        else
          expect(thrown(slope(2))).toMatchObject({
            code: 'unsupported-kernel',
            message: 'WebGPU computes the gradient of a depthwise convolution with steps wrongly',
            hint: 'Compute on the processor with `--device cpu`.',
          });
      } finally {
        await engine.dispose();
      }
    }
  });

  it('of a synchronous read name the operation that is pending', async () => {
    await withEngine('onnx', async () => {
      const pending = tf.tanh(tf.scalar(1));
      expect(thrown(() => pending.dataSync()).message).toContain('`Tanh`');
    });
  });

  it('of a kernel or type name it', async () => {
    await withEngine('onnx', async () => {
      const kernel = thrown(() => tf.atan2(tf.scalar(1), tf.scalar(2)));
      expect(kernel).toMatchObject({ code: 'unsupported-kernel' });
      expect(kernel.message).toContain('`Atan2`');
      expect(thrown(() => tf.exp(tf.tensor1d([1], 'int32'))).message).toContain('`int32`');
      expect(thrown(() => tf.tensor1d(['a'])).message).toContain('`string`');
    });
  });

  it('of a second engine in the same process', async () => {
    await withEngine('onnx', async () => {
      await expect(openEngine({ backend: 'reference', threads: 1 })).rejects.toThrow('`onnx` is open');
    });
    await withEngine('reference', async (engine) => expect(engine.name).toBe('reference'));
  });

  it('of a backend whose package is missing say the command that adds it', async () => {
    await expect(openEngine({ backend: 'tensorflow', threads: 1 })).rejects.toMatchObject({
      code: 'missing-package',
      hint: expect.stringContaining('npm install @tensorflow/tfjs-node-gpu') as string,
    });
  });
});
