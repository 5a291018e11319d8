// Runs a tfjs program on a backend and gives back its numbers.
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../../src/engine/engine.ts';
import type { BackendName, Engine } from '../../src/engine/engine.ts';

export interface Numbers {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

/** A program makes its own tensors, so that each backend has its own. */
export type Program = () => tf.Tensor | tf.Tensor[];

export async function withEngine<T>(
  backend: BackendName,
  work: (engine: Engine) => Promise<T>,
  threads = 1,
): Promise<T> {
  const engine = await openEngine({ backend, threads });
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
