// tfjs's backend `onnx`: kernels are recorded, reading a value runs everything recorded that is still wanted. The storage
// of tensors and the order of runs; what kernels become is in kernels/, how graphs are compiled in compile.ts.
import { KernelBackend } from '@tensorflow/tfjs-core';
import type { DataType, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { Tensor } from 'onnxruntime-node';
import { collect } from './compile.ts';
import { EngineError } from './engine-error.ts';
import type { KernelRule } from './kernels/rule.ts';
import { host, Recorder } from './recorder.ts';
import { SessionCache } from './session-cache.ts';
import type { SessionLimits } from './session-cache.ts';
import { current, pendingNode } from './value.ts';
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
    if (pendingNode(this.#get(dataId).value) !== undefined) {
      const run = this.#running.then(() => this.#run());
      this.#running = run.catch(() => undefined);
      await run;
    }
    return this.readSync(dataId);
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

  /** Computes every recorded tensor that somebody still holds. */
  async #run(): Promise<void> {
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
    const start = performance.now();
    const outputs = await session.run(feeds);
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
