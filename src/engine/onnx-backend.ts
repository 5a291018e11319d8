// tfjs's backend `onnx`: kernels are recorded, reading a value runs everything recorded that is still wanted. The storage of tensors;
// what kernels become is in kernels/, how graphs are compiled in compile.ts, how they run in graph-runner.ts.
import { KernelBackend } from '@tensorflow/tfjs-core';
import type { DataType, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { collect } from './compile.ts';
import type { CapturedGraph } from './compile.ts';
import { EngineError } from './engine-error.ts';
import type { GraphRunner } from './graph-runner.ts';
import { requireOutside, toHost } from './host-numbers.ts';
import type { KernelRule } from './kernels/rule.ts';
import type { DeviceTensor, TensorSpec } from './program.ts';
import { constant, Recorder } from './recorder.ts';
import { current, pendingNode } from './value.ts';
import type { DeviceMemory, HostData, Node, Result, Value } from './value.ts';

interface Stored {
  value: Value;
  /** How many tensors share it. */
  references: number;
}

export class OnnxBackend extends KernelBackend {
  readonly #runner: GraphRunner;
  readonly #recorder: Recorder;
  readonly #stored = new Map<object, Stored>();
  /** Whether numbers that a program makes now belong to the structure. */
  #capturing = false;

  constructor(runner: GraphRunner, channelBlock: number | undefined) {
    super();
    this.#runner = runner;
    this.#recorder = new Recorder(runner.provider, channelBlock);
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
    if (this.#runner.provider === 'webgpu') refuseWrongOnWebgpu(rule.kernel, call.attributes['strides']);
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
      const recording = { ...collect([...wanted.keys()]), repeated: true };
      return { recording, names: [...wanted.values()] };
    } finally {
      this.#capturing = false;
    }
  }

  /** A tensor that stands for what a captured program is given. */
  input(name: string, { type, shape }: TensorSpec): TensorInfo {
    return this.#keep({ kind: 'input', name, type, shape });
  }

  /** A tensor for numbers on the device. */
  adopt({ type, shape, memory }: DeviceTensor): TensorInfo {
    this.#runner.memories.lose(memory);
    return this.#keep({ kind: 'device', type, shape, memory });
  }

  override async read(dataId: object): Promise<HostData> {
    if (pendingNode(this.#get(dataId).value) !== undefined) await this.#runner.afterOthers(() => this.#run());
    const value = current(this.#get(dataId).value);
    return value.kind === 'device'
      ? this.#runner.afterOthers(() => this.#runner.memories.read(value))
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

  /** Computes every recorded tensor that somebody still holds. */
  async #run(): Promise<void> {
    this.#freeUnused();
    const wanted = new Set<Result>();
    for (const { value } of this.#stored.values()) {
      if (value.kind === 'result' && pendingNode(value) !== undefined) wanted.add(value);
    }
    if (wanted.size === 0) return;
    const recording = collect([...wanted]);
    const outputs = await this.#runner.execute(recording, {}, []);
    recording.wanted.forEach((result, i) => {
      result.source = this.#runner.numbersOf(result, outputs[i]);
    });
    for (const stored of this.#stored.values()) stored.value = current(stored.value);
    this.#freeUnused();
  }

  /** Memory of the device that neither a tensor nor what is recorded for one needs. */
  #freeUnused(): void {
    if (this.#runner.memories.bytes === 0) return;
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
    this.#runner.memories.freeAllBut(needed);
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

/** Tensors of at most this many numbers that a captured program makes itself become part of the graph. */
const embeddedNumbers = 16384;

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
