// Runs a tfjs program on a backend and gives back its numbers.
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../../src/engine/engine.ts';
import type { BackendName, Engine, EngineOptions } from '../../src/engine/engine.ts';

export interface Numbers {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

/** A program makes its own tensors, so that each backend has its own. */
export type Program = () => tf.Tensor | tf.Tensor[];

/** What `npm run check:webgpu`, `check:cuda` and `check:tensorflow` run the tests of \`onnx\` on instead. */
export const testedInstead = process.env['FSL_TEST_ON'];

/** The backend that takes the place of `onnx` on the processor in these tests. */
export function tested(threads: number): EngineOptions {
  switch (testedInstead) {
    case undefined:
      return { backend: 'onnx', threads };
    case 'webgpu':
    case 'cuda':
      return { backend: 'onnx', provider: testedInstead, threads };
    case 'tensorflow':
      return { backend: 'tensorflow', threads };
    default:
      throw new Error(`FSL_TEST_ON is webgpu, cuda or tensorflow, not ${testedInstead}`);
  }
}

export async function withEngine<T>(
  backend: BackendName,
  work: (engine: Engine) => Promise<T>,
  threads = 1,
): Promise<T> {
  const engine = await openEngine(backend === 'onnx' ? tested(threads) : { backend, threads });
  try {
    return await work(engine);
  } finally {
    await engine.dispose();
  }
}

export async function compute(program: Program): Promise<readonly Numbers[]> {
  const outputs = [tf.tidy(program)].flat();
  const numbers: Numbers[] = [];
  try {
    for (const output of outputs) {
      numbers.push({
        shape: output.shape,
        dtype: output.dtype,
        values: Array.from(await output.data(), Number),
      });
    }
  } finally {
    tf.dispose(outputs); // what failed would be computed again with the next test
  }
  return numbers;
}
