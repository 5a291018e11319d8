// Programs that are recorded once on `onnx` and run again with other numbers: their results come back, or stay on the device.
import { tidy } from '@tensorflow/tfjs-core';
import { Tensor } from 'onnxruntime-node';
import { withheld } from './compile.ts';
import type { CapturedGraph } from './compile.ts';
import type { Given, GraphRunner } from './graph-runner.ts';
import { taken } from './host-numbers.ts';
import type { OnnxBackend } from './onnx-backend.ts';
import type {
  Definition,
  DeviceTensor,
  DeviceTensors,
  HostTensor,
  HostTensors,
  Program,
  Residence,
} from './program.ts';
import { tensorOf } from './tfjs.ts';
import { sizeOf } from './value.ts';
import type { Result } from './value.ts';

export function capture(backend: OnnxBackend, runner: GraphRunner, definition: Definition): Program {
  const graph = captured(backend, definition);
  return { run: (inputs, memory = {}) => replay(runner, graph, inputs, memory) };
}

export function residence(backend: OnnxBackend, runner: GraphRunner): Residence {
  const { memories } = runner;
  return {
    capture: (definition) => {
      const graph = captured(backend, definition);
      return { run: (inputs) => replayThere(runner, graph, inputs) };
    },
    place: async ({ type, shape, data }) => {
      const memory = await memories.copy({ kind: 'host', type, shape, data });
      memories.hold(memory);
      return { type, shape, memory };
    },
    read: async ({ type, shape, memory }) => ({
      type,
      shape,
      data: await memories.read({ kind: 'device', type, shape, memory }),
    }),
    free: (tensors) => {
      for (const { memory } of tensors) memories.free(memory);
    },
    handOver: (tensor) => tensorOf(backend.adopt(tensor)),
  };
}

function captured(backend: OnnxBackend, definition: Definition): CapturedGraph {
  let graph: CapturedGraph | undefined;
  tidy(() => {
    graph = backend.capture(() => definition((name, spec) => tensorOf(backend.input(name, spec))));
  });
  const captured = graph;
  if (captured === undefined) throw new Error('nothing was captured');
  return captured;
}

/** Outputs that `memory` has a tensor for are written there. */
async function replay(
  runner: GraphRunner,
  graph: CapturedGraph,
  inputs: HostTensors,
  memory: HostTensors,
): Promise<HostTensors> {
  const { recording, names } = graph;
  return runner.afterOthers(async () => {
    const given = names.map((name, i) => into(memory[name], recording.wanted[i]));
    if (!given.includes(undefined)) {
      await runner.execute((graph.withheld ??= withheld(recording)), inputs, given);
      return memory;
    }
    const outputs = await runner.execute(recording, inputs, given);
    return Object.fromEntries(names.map((name, i) => [name, memory[name] ?? taken(outputs[i])]));
  });
}

/** On a provider that keeps results. They stay until the runner's `memories` is told to free them. */
async function replayThere(
  runner: GraphRunner,
  { recording, names }: CapturedGraph,
  inputs: Given,
): Promise<DeviceTensors> {
  return runner.afterOthers(async () => {
    const outputs = await runner.execute(recording, inputs, []);
    const kept = recording.wanted.map((result, i) => keptThere(runner, result, outputs[i]));
    return Object.fromEntries(
      await Promise.all(kept.map(async (tensor, i) => [names[i] ?? '', await tensor] as const)),
    );
  });
}

/** Booleans come back whatever was asked for. */
async function keptThere(
  runner: GraphRunner,
  result: Result,
  tensor: Tensor | undefined,
): Promise<DeviceTensor> {
  const value = runner.numbersOf(result, tensor);
  const memory = value.kind === 'device' ? value.memory : await runner.memories.copy(value);
  runner.memories.hold(memory);
  return { type: value.type, shape: value.shape, memory };
}

function into(memory: HostTensor | undefined, result: Result | undefined): Tensor | undefined {
  if (memory === undefined || result === undefined) return undefined;
  if (memory.type !== result.type || memory.data.length !== sizeOf(result.shape))
    throw new Error(
      `a result of ${sizeOf(result.shape)} ${result.type} for ${memory.data.length} ${memory.type}`,
    );
  return new Tensor(memory.type, memory.data, result.shape);
}
