// Programs that are recorded once and run with other numbers.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { HostTensor, Program } from '../../src/engine/program.ts';
import { withEngine } from './on-backend.ts';

function real(...numbers: number[]): HostTensor {
  return { type: 'float32', shape: [numbers.length], data: Float32Array.from(numbers) };
}

function captured(engine: Engine, define: (x: tf.Tensor) => Record<string, tf.Tensor>): Program {
  const { capture } = engine;
  if (capture === undefined) throw new Error('this backend does not record');
  return capture((input) => define(input('x', { type: 'float32', shape: [2] })));
}

describe('a captured program', () => {
  it('runs its definition once, and its graph with other numbers each time', async () => {
    await withEngine('onnx', async (engine) => {
      let defined = 0;
      const before = tf.memory().numTensors;
      const program = captured(engine, (x) => {
        defined += 1;
        return { double: tf.mul(x, tf.scalar(2)), same: x, three: tf.scalar(3) };
      });
      for (const n of [1, 2, 3]) {
        const { double, same, three } = await program.run({ x: real(n, -n) });
        expect(Array.from(double?.data ?? [])).toEqual([2 * n, -2 * n]);
        expect(Array.from(same?.data ?? [])).toEqual([n, -n]);
        expect(Array.from(three?.data ?? [])).toEqual([3]);
      }
      expect(defined).toBe(1);
      expect(engine.trace()).toMatchObject({ compiled: 1, cacheHits: 2, runs: 3 });
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it('writes outputs into memory that is given', async () => {
    await withEngine('onnx', async (engine) => {
      const program = captured(engine, (x) => ({ square: tf.square(x), sum: tf.sum(x) }));
      const memory = real(0, 0);
      const { square, sum } = await program.run({ x: real(3, 4) }, { square: memory });
      expect(square?.data).toBe(memory.data);
      expect(Array.from(memory.data)).toEqual([9, 16]);
      expect(Array.from(sum?.data ?? [])).toEqual([7]);
      await expect(program.run({ x: real(3, 4) }, { square: real(0) })).rejects.toThrow(
        'a result of 2 float32 for 1',
      );
    });
  });

  it('hands nothing over where memory is given for all outputs, and says what goes wrong all the same', async () => {
    await withEngine('onnx', async (engine) => {
      const program = captured(engine, (x) => ({ square: tf.square(x), sum: tf.sum(x) }));
      const memory = { square: real(0, 0), sum: { ...real(0), shape: [] } };
      for (const n of [1, 2]) {
        expect(await program.run({ x: real(n, 4) }, memory)).toBe(memory);
        expect(Array.from(memory.square.data)).toEqual([n * n, 16]);
        expect(Array.from(memory.sum.data)).toEqual([n + 4]);
      }
      expect(engine.trace()).toMatchObject({ compiled: 1, cacheHits: 1, runs: 2 });
      await expect(program.run({}, memory)).rejects.toThrow('is not given');
      const { sum } = await program.run({ x: real(5, 5) }, { square: memory.square });
      expect(Array.from(sum?.data ?? [])).toEqual([10]);
    });
  });

  it('tells two outputs apart that are one tensor', async () => {
    await withEngine('onnx', async (engine) => {
      const program = captured(engine, (x) => {
        const twice = tf.add(x, x);
        return { a: twice, b: twice };
      });
      const { a, b } = await program.run({ x: real(1, 2) });
      expect([a, b].map((output) => Array.from(output?.data ?? []))).toEqual([[2, 4], [2, 4]]); // prettier-ignore
    });
  });

  it('says which input is missing or has other sizes', async () => {
    await withEngine('onnx', async (engine) => {
      const program = captured(engine, (x) => ({ y: tf.neg(x) }));
      await expect(program.run({})).rejects.toThrow('the input `x` of a captured program is not given');
      await expect(program.run({ x: real(1) })).rejects.toThrow('`x` of a captured program is 1 float32');
      expect(Array.from((await program.run({ x: real(1, 2) }))['y']?.data ?? [])).toEqual([-1, -2]);
    });
  });

  it('is not on a backend that computes at once', async () => {
    await withEngine('reference', async (engine) => expect(engine.capture).toBeUndefined());
  });
});
