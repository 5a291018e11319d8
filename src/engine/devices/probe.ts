// Tries what could compute here with a product of matrices whose result is known. Loads native libraries that may take the process down with
// them, so it runs in a process of its own.
import { readdirSync, readlinkSync } from 'node:fs';
import { encodeModel } from '../onnx-model.ts';
import { keepsResults, sessionOptions } from '../provider.ts';
import type { Provider } from '../provider.ts';
import type { Candidate } from './candidates.ts';
import { cudaLibrary, packageVersion } from './installed.ts';

export interface Probed {
  /** `absent`: something that would have to be installed. `software`: it works, on the processor in the guise of a GPU. */
  readonly state: 'works' | 'software' | 'absent' | 'fails';
  /** What was found, or what is wrong. */
  readonly text: string;
  /** For `tensorflow`, which takes what it finds. */
  readonly device?: 'cpu' | 'gpu';
}

export async function probe(candidate: Candidate): Promise<Probed> {
  try {
    switch (candidate) {
      case 'onnx-cpu':
        return await onnx('cpu');
      case 'onnx-webgpu':
        return await onnx('webgpu');
      case 'onnx-cuda':
        return await onnx('cuda');
      case 'tensorflow':
        return await tensorflow();
      case 'reference':
        return { state: 'works', text: 'TensorFlow.js in plain JavaScript, for checking the others' };
      default:
        return candidate satisfies never;
    }
  } catch (error) {
    return { state: 'fails', text: said(error) };
  }
}

const size = 64;

async function onnx(provider: Provider): Promise<Probed> {
  if (provider === 'cuda' && cudaLibrary() === undefined)
    return { state: 'absent', text: 'its library is not beside that of onnxruntime-node' };
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const options = { ...sessionOptions(provider, 1, { here: true }), executionProviders: [provider] };
  const session = await InferenceSession.create(product(), options);
  const numbers = Float32Array.from({ length: size * size }, (_, i) => (i % 7) - 3);
  const x = new Tensor('float32', numbers, [size, size]);
  const { y } = await session.run({ x });
  const { data = [] } = y ?? {};
  let wrong = 0;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let k = 0; k < size; k++)
        sum += (numbers[row * size + k] ?? 0) * (numbers[k * size + column] ?? 0);
      if (!(Math.abs(Number(data[row * size + column]) - sum) < 1e-2)) wrong += 1;
    }
  if (wrong > 0) return { state: 'fails', text: `it gives ${wrong} wrong numbers in a product of matrices` };
  const version = `onnxruntime-node ${packageVersion('onnxruntime-node') ?? ''}`;
  if (!keepsResults(provider)) return { state: 'works', text: version };
  return hasOpenDevice()
    ? { state: 'works', text: `${version}, on a GPU` }
    : { state: 'software', text: `${version}, on a driver that computes on the processor` };
}

function product(): Uint8Array {
  const value = (name: string) => ({ name, type: 'float32' as const, shape: [size, size] });
  return encodeModel({
    inputs: [value('x')],
    outputs: [value('y')],
    constants: [],
    nodes: [{ op: 'MatMul', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
  });
}

/** Whether this process has opened a device, as drivers of real ones do. Elsewhere than on Linux, only real ones are offered. */
function hasOpenDevice(): boolean {
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc/self/fd').some((name) => {
    try {
      return /^\/dev\/(dri\/renderD|nvidia\d|dxg|mali)/.test(readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      return false; // closed meanwhile
    }
  });
}

async function tensorflow(): Promise<Probed> {
  const name = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].find(
    (one) => packageVersion(one) !== undefined,
  );
  if (name === undefined)
    return {
      state: 'absent',
      text: 'neither `@tensorflow/tfjs-node-gpu` nor `@tensorflow/tfjs-node` is installed',
    };
  const { openEngine } = await import('../engine.ts');
  const engine = await openEngine({ backend: 'tensorflow', threads: 1 });
  const { device } = engine;
  await engine.dispose();
  const where = device === 'gpu' ? 'on a GPU' : 'on the processor: it found no GPU with the CUDA it needs';
  return { state: 'works', text: `${name} ${packageVersion(name) ?? ''}, ${where}`, device };
}

function said(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, own = text] = /\b(?:was false|failed)\. (.*)/s.exec(text) ?? [];
  return own.trim().split('\n')[0]?.slice(0, 300) ?? '';
}
