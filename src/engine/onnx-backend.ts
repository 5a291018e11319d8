// tfjs's backend `onnx`: kernels are recorded, reading a value runs everything recorded that is still wanted. The storage
// of tensors and the order of runs; what kernels become is in kernels/, how graphs are compiled in compile.ts.
import { KernelBackend } from '@tensorflow/tfjs-core';
import type { DataType, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { collect, peakBytes, withheld, withheldName } from './compile.ts';
import type { Recording } from './compile.ts';
import { DeviceMemories, seenAs } from './device-memories.ts';
import { EngineError } from './engine-error.ts';
import type { DeviceTensor, DeviceTensors, HostTensor, HostTensors, TensorSpec } from './program.ts';
import type { KernelRule } from './kernels/rule.ts';
import { nativeFailure } from './native-failure.ts';
import { keepsResults } from './provider.ts';
import type { Provider } from './provider.ts';
import { constant, host, Recorder } from './recorder.ts';
import { SessionCache } from './session-cache.ts';
import type { SessionLimits } from './session-cache.ts';
import { current, pendingNode, sizeOf } from './value.ts';
import type { Constant, DeviceMemory, Fed, Host, HostData, Node, OnDevice, Result, Value } from './value.ts';

interface Stored {
  value: Value;
  /** How many tensors share it. */
  references: number;
}

export interface RunCounts {
  runs: number;
  runMs: number;
  /** Nodes run so far, by ONNX operator. */
  readonly nodes: Map<string, number>;
}

export class OnnxBackend extends KernelBackend {
  readonly sessions: SessionCache;
  readonly memories: DeviceMemories;
  readonly counts: RunCounts = { runs: 0, runMs: 0, nodes: new Map() };
  readonly #provider: Provider;
  readonly #recorder = new Recorder();
  readonly #stored = new Map<object, Stored>();
  #running: Promise<unknown> = Promise.resolve();
  /** Whether numbers that a program makes now belong to the structure. */
  #capturing = false;

  constructor(provider: Provider, threads: number, limits: SessionLimits) {
    super();
    this.sessions = new SessionCache(provider, threads, limits);
    this.memories = new DeviceMemories(provider);
    this.#provider = provider;
  }

  /** Records one call of a kernel. */
  record(
    rule: KernelRule,
    inputs: readonly (readonly [name: string, tensor: TensorInfo])[],
    attributes: NamedAttrMap | undefined,
  ): TensorInfo | TensorInfo[] {
    const values = inputs.map(([name, tensor]) => {
      requireType(rule, name, tensor.dtype);
      return shaped(this.#get(tensor.dataId).value, tensor.shape);
    });
    const call = {
      kernel: rule.kernel,
      recorder: this.#recorder,
      inputs: values,
      byName: Object.fromEntries(inputs.map(([name], i) => [name, values[i]])),
      attributes: attributes ?? {},
    };
    if (this.#provider === 'webgpu') refuseWrongOnWebgpu(rule.kernel, call.attributes['strides']);
    const output = rule.record(call);
    if (isMany(output)) return output.map((value) => this.#keep(value));
    return this.#keep(output);
  }

  override write(values: unknown, shape: number[], dtype: DataType): object {
    const id = {};
    this.move(id, values, shape, dtype, 1);
    return id;
  }

  override move(dataId: object, values: unknown, shape: number[], dtype: DataType, references: number): void {
    const value = toHost(values, shape, dtype);
    const embedded = this.#capturing && value.data.length <= embeddedNumbers;
    this.#stored.set(dataId, { value: embedded ? constant(value) : value, references });
  }

  /** What the program records while this runs. It must give the tensors of the outputs. */
  capture(program: () => Readonly<Record<string, TensorInfo>>): CapturedGraph {
    if (this.#capturing)
      throw new EngineError('internal', 'a capture in a capture', 'Capture one at a time.');
    this.#capturing = true;
    try {
      const outputs = program();
      const wanted = new Map<Result, string>();
      for (const [name, { dataId }] of Object.entries(outputs)) {
        const { value } = this.#get(dataId);
        const known = value.kind === 'result' && pendingNode(value) !== undefined && !wanted.has(value);
        const result = known ? value : this.#recorder.add('Identity', [value], value);
        if (result.kind === 'result') wanted.set(result, name);
      }
      return { recording: collect([...wanted.keys()]), names: [...wanted.values()] };
    } finally {
      this.#capturing = false;
    }
  }

  /** A tensor that stands for what a captured program is given. */
  input(name: string, { type, shape }: TensorSpec): TensorInfo {
    return this.#keep({ kind: 'input', name, type, shape });
  }

  /** Runs a captured graph. Outputs that `memory` has a tensor for are written there. */
  async replay(graph: CapturedGraph, inputs: HostTensors, memory: HostTensors): Promise<HostTensors> {
    const { recording, names } = graph;
    return this.#afterOthers(async () => {
      const given = names.map((name, i) => into(memory[name], recording.wanted[i]));
      if (!given.includes(undefined)) {
        await this.#execute((graph.withheld ??= withheld(recording)), inputs, given);
        return memory;
      }
      const outputs = await this.#execute(recording, inputs, given);
      return Object.fromEntries(names.map((name, i) => [name, memory[name] ?? taken(outputs[i])]));
    });
  }

  /** Runs a captured graph on a provider that keeps results. They stay until `memories` is told to free them. */
  async replayThere(
    { recording, names }: CapturedGraph,
    inputs: Readonly<Record<string, HostTensor | DeviceTensor>>,
  ): Promise<DeviceTensors> {
    return this.#afterOthers(async () => {
      const outputs = await this.#execute(recording, inputs, []);
      const kept = recording.wanted.map((result, i) => this.#keptThere(result, outputs[i]));
      return Object.fromEntries(
        await Promise.all(kept.map(async (tensor, i) => [names[i] ?? '', await tensor] as const)),
      );
    });
  }

  /** A tensor for numbers on the device. */
  adopt({ type, shape, memory }: DeviceTensor): TensorInfo {
    this.memories.lose(memory);
    return this.#keep({ kind: 'device', type, shape, memory });
  }

  override async read(dataId: object): Promise<HostData> {
    if (pendingNode(this.#get(dataId).value) !== undefined) await this.#afterOthers(() => this.#run());
    const value = current(this.#get(dataId).value);
    return value.kind === 'device'
      ? this.#afterOthers(() => this.memories.read(value))
      : this.readSync(dataId);
  }

  override readSync(dataId: object): HostData {
    const value = current(this.#get(dataId).value);
    if (value.kind === 'host') return value.data;
    if (value.kind === 'constant') return toHost(value.numbers, value.shape, requireOutside(value.type)).data;
    const name = pendingNode(value)?.op ?? value.kind;
    throw new EngineError(
      'internal',
      `a tensor was read synchronously before it was computed (the output of \`${name}\`)`,
      'Read it with `await tensor.data()`.',
    );
  }

  override disposeData(dataId: object, force = false): boolean {
    const stored = this.#stored.get(dataId);
    if (stored === undefined) return true;
    stored.references -= 1;
    if (!force && stored.references > 0) return false;
    this.#stored.delete(dataId);
    return true;
  }

  override incRef(dataId: object): void {
    this.#get(dataId).references += 1;
  }

  override refCount(dataId: object): number {
    return this.#stored.get(dataId)?.references ?? 0;
  }

  override numDataIds(): number {
    return this.#stored.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {
    this.#stored.clear();
  }

  /** Waits for a run under way, then frees the graphs. */
  async finish(): Promise<void> {
    await this.#running;
    await this.memories.dispose();
    await this.sessions.dispose();
  }

  async #afterOthers<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#running.then(work);
    this.#running = run.catch(() => undefined);
    return run;
  }

  /** Computes every recorded tensor that somebody still holds. */
  async #run(): Promise<void> {
    this.#freeUnused();
    const wanted = new Set<Result>();
    for (const { value } of this.#stored.values()) {
      if (value.kind === 'result' && pendingNode(value) !== undefined) wanted.add(value);
    }
    if (wanted.size === 0) return;
    const recording = collect([...wanted]);
    const outputs = await this.#execute(recording, {}, []);
    recording.wanted.forEach((result, i) => {
      result.source = this.#computed(result, outputs[i]);
    });
    for (const stored of this.#stored.values()) stored.value = current(stored.value);
    this.#freeUnused();
  }

  #computed(result: Result, tensor: Tensor | undefined): Host | OnDevice {
    if (tensor?.location !== 'gpu-buffer') return computed(result, tensor);
    const [type, { shape }] = [requireOutside(result.type), result];
    return { kind: 'device', type, shape, memory: this.memories.keep(tensor, type, shape) };
  }

  /** Booleans come back whatever was asked for. */
  async #keptThere(result: Result, tensor: Tensor | undefined): Promise<DeviceTensor> {
    const value = this.#computed(result, tensor);
    const memory = value.kind === 'device' ? value.memory : await this.memories.copy(value);
    this.memories.hold(memory);
    return { type: value.type, shape: value.shape, memory };
  }

  /** Memory of the device that neither a tensor nor what is recorded for one needs. */
  #freeUnused(): void {
    if (this.memories.bytes === 0) return;
    const needed = new Set<DeviceMemory>();
    const seen = new Set<Node>();
    const waiting: (Value | undefined)[] = [...this.#stored.values()].map(({ value }) => value);
    while (waiting.length > 0) {
      const value = waiting.pop();
      if (value === undefined) continue;
      const now = current(value);
      if (now.kind === 'device') needed.add(now.memory);
      if (now.kind === 'host' && now.copy !== undefined) needed.add(now.copy);
      const node = pendingNode(now);
      if (node === undefined || seen.has(node)) continue;
      seen.add(node);
      waiting.push(...node.inputs);
    }
    this.memories.freeAllBut(needed);
  }

  /** Output `i` goes into `memory[i]`, where that is there; ONNX Runtime allocates the others. */
  async #execute(
    recording: Recording,
    inputs: Readonly<Record<string, HostTensor | DeviceTensor>>,
    memory: readonly (Tensor | undefined)[],
  ): Promise<readonly (Tensor | undefined)[]> {
    try {
      return await this.#compute(recording, inputs, memory);
    } catch (error) {
      const [graphBytes, deviceBytes] = [peakBytes(recording), this.memories.bytes];
      throw nativeFailure(error, { provider: this.#provider, graphBytes, deviceBytes });
    }
  }

  async #compute(
    recording: Recording,
    inputs: Readonly<Record<string, HostTensor | DeviceTensor>>,
    memory: readonly (Tensor | undefined)[],
  ): Promise<readonly (Tensor | undefined)[]> {
    const session = await this.sessions.sessionFor(recording);
    if (keepsResults(this.#provider)) await this.#copyUsedTwice(recording);
    const feeds = Object.fromEntries(recording.fed.map((value, i) => [`i${i}`, fedTensor(value, inputs)]));
    const fetches = Object.fromEntries(recording.wanted.map((_, i) => [`o${i}`, memory[i] ?? null]));
    const start = performance.now();
    const outputs = await (recording.withheld === true
      ? runWithheld(session, feeds, fetches)
      : session.run(feeds, fetches));
    this.counts.runMs += performance.now() - start;
    this.counts.runs += 1;
    for (const { op } of recording.nodes) this.counts.nodes.set(op, (this.counts.nodes.get(op) ?? 0) + 1);
    return recording.wanted.map((_, i) => outputs[`o${i}`]);
  }

  /** Numbers that a second run needs are copied to the device, for it and those to come. */
  async #copyUsedTwice({ fed }: Recording): Promise<void> {
    for (const value of fed) {
      if (value.kind === 'host' && value.tensor !== undefined) value.copy ??= await this.memories.copy(value);
    }
  }

  #get(dataId: object): Stored {
    const stored = this.#stored.get(dataId);
    if (stored === undefined) {
      throw new EngineError('internal', 'a tensor was used after it was disposed', 'Keep it longer.');
    }
    return stored;
  }

  #keep(value: Value): TensorInfo {
    const dtype = requireOutside(value.type);
    const dataId = {};
    this.#stored.set(dataId, { value, references: 1 });
    return { dataId, shape: [...value.shape], dtype };
  }
}

/** A program that was recorded once. */
export interface CapturedGraph {
  readonly recording: Recording;
  /** Of the outputs, in the recording's order. */
  readonly names: readonly string[];
  /** Made when first needed. */
  withheld?: Recording;
}

/**
 * onnxruntime-node copies every output once more before it hands it over, those that went into given memory too: 20 ms for the
 * gradients of 11 million numbers, and as much memory. Of a list it says that it hands over none, when all is computed and before
 * anything is copied. Should it learn to, the results are right all the same.
 */
async function runWithheld(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  fetches: Record<string, Tensor | null>,
): Promise<Record<string, Tensor>> {
  try {
    await session.run(feeds, { [withheldName]: null, ...fetches });
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('Non tensor type'))) throw error;
  }
  return {};
}

/** Tensors of at most this many numbers that a captured program makes itself become part of the graph. */
const embeddedNumbers = 16384;

function into(memory: HostTensor | undefined, result: Result | undefined): Tensor | undefined {
  if (memory === undefined || result === undefined) return undefined;
  if (memory.type !== result.type || memory.data.length !== sizeOf(result.shape))
    throw new Error(
      `a result of ${sizeOf(result.shape)} ${result.type} for ${memory.data.length} ${memory.type}`,
    );
  return new Tensor(memory.type, memory.data, result.shape);
}

function fedTensor(value: Fed, inputs: Readonly<Record<string, HostTensor | DeviceTensor>>): Tensor {
  if (value.kind === 'device') return seenAs(value.memory.tensor, value.shape);
  if (value.kind === 'host')
    return value.copy?.tensor ?? (value.tensor ??= new Tensor(value.type, value.data, value.shape));
  const given = inputs[value.name];
  if (given !== undefined && 'memory' in given) return seenAs(given.memory.tensor, value.shape);
  if (given?.type === value.type && given.data.length === sizeOf(value.shape))
    return new Tensor(value.type, given.data, value.shape);
  const wrong = given === undefined ? 'is not given' : `is ${given.data.length} ${given.type}`;
  throw new EngineError(
    'internal',
    `the input \`${value.name}\` of a captured program ${wrong}`,
    `Give ${sizeOf(value.shape)} ${value.type}.`,
  );
}

/** A transposed convolution of groups with steps gives wrong numbers there (ONNX Runtime 1.30). */
function refuseWrongOnWebgpu(kernel: string, strides: unknown): void {
  if (kernel !== 'DepthwiseConv2dNativeBackpropInput') return;
  const steps = Array.isArray(strides) ? strides : [strides];
  if (steps.every((step) => step === 1)) return;
  throw new EngineError(
    'unsupported-kernel',
    'WebGPU computes the gradient of a depthwise convolution with steps wrongly',
    'Compute on the processor with `--device cpu`.',
  );
}

function isMany(output: Value | readonly Value[]): output is readonly Value[] {
  return Array.isArray(output);
}

/** Tensors of different shapes may share their numbers. */
function shaped(value: Value, shape: readonly number[]): Value {
  if (value.kind === 'result' || value.kind === 'input' || value.shape.join() === shape.join()) return value;
  if (value.kind === 'constant' || value.kind === 'device') return { ...value, shape };
  return { kind: 'host', type: value.type, shape, data: value.data };
}

function requireType(rule: KernelRule, name: string, dtype: DataType): void {
  const declared = rule.list === true ? Object.values(rule.inputs)[0] : rule.inputs[name];
  if (declared?.some((type) => type === dtype) === true) return;
  throw new EngineError(
    'unsupported-kernel',
    `the backend \`onnx\` has the kernel \`${rule.kernel}\`, but not for \`${name}\` of type \`${dtype}\``,
    `It takes ${declared?.map((type) => `\`${type}\``).join(', ') ?? 'no such input'}. Cast the tensor, or use another \`--backend\`.`,
  );
}

function toHost(values: unknown, shape: readonly number[], dtype: DataType): Host {
  switch (dtype) {
    case 'float32':
      return host(
        values instanceof Float32Array ? values : Float32Array.from(numbersOf(values)),
        dtype,
        shape,
      );
    case 'int32':
      return host(values instanceof Int32Array ? values : Int32Array.from(numbersOf(values)), dtype, shape);
    case 'bool':
      return host(values instanceof Uint8Array ? values : Uint8Array.from(numbersOf(values)), dtype, shape);
    case 'complex64':
    case 'string':
      throw new EngineError(
        'unsupported-kernel',
        `the backend \`onnx\` has no tensors of type \`${dtype}\``,
        'Use float32, int32 or bool.',
      );
    default:
      return dtype satisfies never;
  }
}

function numbersOf(values: unknown): readonly number[] {
  if (Array.isArray(values) || ArrayBuffer.isView(values))
    return Array.from(values as ArrayLike<number>, Number);
  throw new EngineError('internal', 'a tensor was made of something that is not numbers', 'Give numbers.');
}

function computed(result: Result, tensor: Tensor | undefined): Host {
  const { type, data } = taken(tensor);
  if (type !== result.type) throw new Error(`ONNX Runtime gave ${type} for ${result.type}`);
  return { ...host(data, type, result.shape), ...(tensor && { tensor }) };
}

/** The numbers of an output, which share its memory. */
function taken(tensor: Tensor | undefined): HostTensor {
  if (tensor === undefined) throw new Error('ONNX Runtime left an output out');
  const { data, dims: shape } = tensor;
  if (data instanceof Float32Array) return { type: 'float32', data, shape };
  if (data instanceof Int32Array) return { type: 'int32', data, shape };
  if (data instanceof Uint8Array) return { type: 'bool', data, shape };
  throw new Error(`ONNX Runtime gave a tensor of type ${tensor.type}`);
}

function requireOutside(type: Constant['type']): Host['type'] {
  if (type === 'int64') throw new Error('tensors outside a recording are never int64');
  return type;
}
