// tfjs's backend `onnx`: kernels are recorded, reading a value runs everything recorded that is still wanted. The storage
// of tensors and the order of runs; what kernels become is in kernels/, how graphs are compiled in compile.ts.
import { KernelBackend } from '@tensorflow/tfjs-core';
import type { DataType, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { Tensor } from 'onnxruntime-node';
import { collect } from './compile.ts';
import type { Recording } from './compile.ts';
import { EngineError } from './engine-error.ts';
import type { KernelRule } from './kernels/rule.ts';
import { host, Recorder } from './recorder.ts';
import { SessionCache } from './session-cache.ts';
import type { SessionLimits } from './session-cache.ts';
import { current, pendingNode, sizeOf } from './value.ts';
import type { Host, HostData, Result, Value } from './value.ts';

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
  readonly counts: RunCounts = { runs: 0, runMs: 0, nodes: new Map() };
  readonly #recorder = new Recorder();
  readonly #stored = new Map<object, Stored>();
  #running: Promise<void> = Promise.resolve();

  constructor(threads: number, limits: SessionLimits) {
    super();
    this.sessions = new SessionCache(threads, limits);
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
      attributes: attributes ?? {},
    };
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
    this.#stored.set(dataId, { value: toHost(values, shape, dtype), references });
  }

  override async read(dataId: object): Promise<HostData> {
    if (pendingNode(this.#get(dataId).value) !== undefined) await this.#runNext([]);
    return this.readSync(dataId);
  }

  /**
   * Computes what is recorded. The numbers of each pending tensor `to` go into the memory of the tensor `from`, which has as
   * many of the same type and is in no other use; it must be disposed afterwards.
   */
  async compute(moves: readonly { readonly to: object; readonly from: object }[]): Promise<void> {
    const holders = this.#holders();
    await this.#runNext(
      moves.map(({ to, from }) => ({ result: this.#pending(to), memory: this.#free(from, holders) })),
    );
  }

  override readSync(dataId: object): HostData {
    const value = current(this.#get(dataId).value);
    if (value.kind === 'host') return value.data;
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
    await this.sessions.dispose();
  }

  async #runNext(moves: readonly Move[]): Promise<void> {
    const run = this.#running.then(() => this.#run(moves));
    this.#running = run.catch(() => undefined);
    await run;
  }

  #pending(dataId: object): Result {
    const { value } = this.#get(dataId);
    if (value.kind === 'result' && pendingNode(value) !== undefined) return value;
    throw new EngineError('internal', 'a tensor that is to be computed is computed already', 'Compute once.');
  }

  #free(dataId: object, holders: ReadonlyMap<ArrayBufferLike, number>): Host {
    const { value, references } = this.#get(dataId);
    const numbers = current(value);
    if (numbers.kind === 'host' && references === 1 && holders.get(numbers.data.buffer) === 1) return numbers;
    throw new EngineError(
      'internal',
      'memory that is to be used again is not free',
      'Give a tensor that is computed and that shares its numbers with no other.',
    );
  }

  /** How many stored values hold each memory. */
  #holders(): ReadonlyMap<ArrayBufferLike, number> {
    const holders = new Map<ArrayBufferLike, number>();
    for (const { value } of this.#stored.values()) {
      const numbers = current(value);
      if (numbers.kind === 'host')
        holders.set(numbers.data.buffer, (holders.get(numbers.data.buffer) ?? 0) + 1);
    }
    return holders;
  }

  /** Computes every recorded tensor that somebody still holds. */
  async #run(moves: readonly Move[]): Promise<void> {
    const wanted = new Set<Result>();
    for (const { value } of this.#stored.values()) {
      if (value.kind === 'result' && pendingNode(value) !== undefined) wanted.add(value);
    }
    if (wanted.size === 0) return;
    const recording = collect([...wanted]);
    const session = await this.sessions.sessionFor(recording);
    const feeds: Record<string, Tensor> = {};
    recording.hosts.forEach((value, i) => {
      feeds[`i${i}`] = value.tensor ??= new Tensor(value.type, value.data, value.shape);
    });
    const fetches = fetchesOf(recording, moves);
    const start = performance.now();
    const outputs = await session.run(feeds, fetches);
    this.counts.runMs += performance.now() - start;
    this.counts.runs += 1;
    for (const { op } of recording.nodes) this.counts.nodes.set(op, (this.counts.nodes.get(op) ?? 0) + 1);
    recording.wanted.forEach((result, i) => {
      result.source = computed(result, outputs[`o${i}`]);
    });
    for (const stored of this.#stored.values()) stored.value = current(stored.value);
  }

  #get(dataId: object): Stored {
    const stored = this.#stored.get(dataId);
    if (stored === undefined) {
      throw new EngineError('internal', 'a tensor was used after it was disposed', 'Keep it longer.');
    }
    return stored;
  }

  #keep(value: Value): TensorInfo {
    if (value.type === 'int64') throw new Error('tensors outside a recording are never int64');
    const dataId = {};
    this.#stored.set(dataId, { value, references: 1 });
    return { dataId, shape: [...value.shape], dtype: value.type };
  }
}

interface Move {
  readonly result: Result;
  readonly memory: Host;
}

/** Which outputs go into memory that is there already; ONNX Runtime allocates the others. */
function fetchesOf({ hosts, wanted }: Recording, moves: readonly Move[]): Record<string, Tensor | null> {
  const read = new Set(hosts.map(({ data }) => data.buffer));
  const memories = new Map(moves.map(({ result, memory }) => [result, memory]));
  if (new Set(moves.map(({ memory }) => memory.data.buffer)).size < moves.length)
    throw new Error('two results for the same memory');
  const fetches = wanted.map((result, i): readonly [string, Tensor | null] => {
    const memory = memories.get(result);
    if (memory === undefined) return [`o${i}`, null];
    if (read.has(memory.data.buffer)) throw new Error('a run would write what it reads');
    if (memory.type !== result.type || memory.data.length !== sizeOf(result.shape))
      throw new Error(
        `a result of ${sizeOf(result.shape)} ${result.type} for ${memory.data.length} ${memory.type}`,
      );
    return [`o${i}`, new Tensor(memory.type, memory.data, result.shape)];
  });
  return Object.fromEntries(fetches);
}

function isMany(output: Value | readonly Value[]): output is readonly Value[] {
  return Array.isArray(output);
}

/** Tensors of different shapes may share their numbers. */
function shaped(value: Value, shape: readonly number[]): Value {
  if (value.kind !== 'host' || value.shape.join() === shape.join()) return value;
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
  const data = tensor?.data;
  if (tensor === undefined) throw new Error('ONNX Runtime left an output out');
  if (result.type === 'int64') throw new Error('tensors outside a recording are never int64');
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) {
    return { ...host(data, result.type, result.shape), tensor };
  }
  throw new Error(`ONNX Runtime gave a tensor of type ${tensor.type}`);
}
