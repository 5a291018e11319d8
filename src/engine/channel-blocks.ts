// How many channels ONNX Runtime keeps together where it convolves in its own order of numbers (domain `com.microsoft.nchwc`), which takes two thirds of the time of
// `Conv` or less. By itself it chooses that order only for filters that never change. The number depends on the processor and nothing tells it, so each is tried:
// the one that gives what `Conv` gives is it. Knows no tfjs.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { collect, toGraph } from './compile.ts';
import { blockedConvolution } from './kernels/blocked-convolution.ts';
import { encodeModel } from './onnx-model.ts';
import { sessionOptions } from './provider.ts';
import { ints, Recorder } from './recorder.ts';
import type { Input, Result, Value } from './value.ts';

/** Of processors with AVX-512, and of others with the instructions of x64. Elsewhere ONNX Runtime may have no such order. */
const candidates = process.arch === 'x64' ? [16, 8] : [];
const channels = 16;

let found: Promise<number | undefined> | undefined;

/** Nothing where there is no such order. Found once in a process. */
export async function channelBlock(): Promise<number | undefined> {
  return (found ??= firstRight());
}

async function firstRight(): Promise<number | undefined> {
  for (const block of candidates) if (await isRight(block)) return block;
  return undefined;
}

async function isRight(block: number): Promise<boolean> {
  const [x, filter] = [input('x', [1, channels, 4, 4]), input('filter', [channels, channels, 3, 3])];
  const output = { type: 'float32' as const, shape: [1, channels, 4, 4] };
  const attributes = {
    kernel_shape: ints([3, 3]),
    strides: ints([1, 1]),
    pads: ints([1, 1, 1, 1]),
    dilations: ints([1, 1]),
  };
  const recorder = new Recorder('cpu');
  const plain = recorder.add('Conv', [x, filter], output, { attributes });
  const own = blockedConvolution(recorder, x, filter, { block, attributes, output, channelsLast: false });
  try {
    const recording = collect([plain, own].filter((value): value is Result => value.kind === 'result'));
    const session = await InferenceSession.create(encodeModel(toGraph(recording)), sessionOptions('cpu', 1));
    const feeds = recording.fed.map(({ shape }, i) => [`i${i}`, numbers(shape)] as const);
    const { o0, o1 } = await session.run(Object.fromEntries(feeds));
    await session.release();
    const [a, b] = [o0?.data as Float32Array, o1?.data as Float32Array];
    return a.every((value, i) => Math.abs(value - (b[i] ?? NaN)) < 1e-3);
  } catch {
    return false; // an ONNX Runtime without this order
  }
}

function input(name: string, shape: readonly number[]): Input & Value {
  return { kind: 'input', name, type: 'float32', shape };
}

/** No two windows see the same. */
function numbers(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return new Tensor(
    'float32',
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898)),
    shape,
  );
}
