// ONNX files that others made, run as they are on the processor. Knows nothing of what they compute.
import { setImmediate as turn } from 'node:timers/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { sessionOptions } from './provider.ts';

/** Numbers with their shape; `int64` for ids, `bool` for switches. */
export interface FileTensor {
  readonly type: 'float32' | 'int64' | 'bool';
  readonly data: Float32Array | BigInt64Array | Uint8Array;
  readonly shape: readonly number[];
}

export interface OnnxFile {
  /** What it takes, with the sizes that do not depend on the data; nothing for the others. */
  readonly inputs: ReadonlyMap<string, readonly (number | undefined)[]>;
  /** Extra inputs are left out. */
  run(feeds: Readonly<Record<string, FileTensor>>): Promise<Readonly<Record<string, FileTensor>>>;
  dispose(): Promise<void>;
}

/**
 * A path, because large files keep their numbers in others beside them, or all the bytes of one that does not. Throws what ONNX Runtime says of
 * files that it cannot run.
 */
export async function openOnnxFile(file: string | Uint8Array, threads: number): Promise<OnnxFile> {
  const options = sessionOptions('cpu', threads);
  // The package declares a function for each.
  const session = await (typeof file === 'string'
    ? InferenceSession.create(file, options)
    : InferenceSession.create(file, options));
  const inputs = new Map(
    session.inputMetadata.map((input) => [
      input.name,
      input.isTensor ? input.shape.map((size) => (typeof size === 'number' ? size : undefined)) : [],
    ]),
  );
  return {
    inputs,
    run: async (feeds) => {
      const given = Object.entries(feeds).filter(([name]) => inputs.has(name));
      const results = await session.run(
        Object.fromEntries(
          given.map(([name, { type, data, shape }]) => [name, new Tensor(type, data, [...shape])]),
        ),
      );
      await turn(); // as in graph-runner.ts, for interruptions
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, fromTensor(name, tensor)]),
      );
    },
    dispose: () => session.release(),
  };
}

function fromTensor(name: string, { type, data, dims }: Tensor): FileTensor {
  if (type === 'float32') return { type, data: data as Float32Array, shape: dims }; // as the type says
  throw new Error(`the output \`${name}\` is of type ${type}`);
}
