// Memory of a device beside that of this process: numbers go there and come back through a graph that does nothing else, because
// `getData()` of onnxruntime-node crashes. Knows no graphs of programs and not who needs what.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { nativeFailure } from './native-failure.ts';
import { encodeModel } from './onnx-model.ts';
import { sessionOptions } from './provider.ts';
import type { Provider } from './provider.ts';
import { elementBytes, sizeOf } from './value.ts';
import type { DeviceMemory, Host, HostData, OnDevice } from './value.ts';

type ElementType = Host['type'];
type Direction = 'there' | 'back';

export class DeviceMemories {
  readonly #provider: Provider;
  readonly #all = new Set<DeviceMemory>();
  /** Only freed one by one. */
  readonly #held = new Set<DeviceMemory>();
  /** A session of ONNX Runtime for each direction and type. */
  readonly #ways = new Map<string, Promise<InferenceSession>>();
  #bytes = 0;
  #most = 0;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** Held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The most that was held at once. */
  get most(): number {
    return this.#most;
  }

  /** Takes over what a run has left. */
  keep(tensor: Tensor, type: ElementType, shape: readonly number[]): DeviceMemory {
    const memory = { tensor, bytes: sizeOf(shape) * elementBytes(type) };
    this.#all.add(memory);
    this.#bytes += memory.bytes;
    this.#most = Math.max(this.#most, this.#bytes);
    return memory;
  }

  /** Copies numbers to the device. */
  async copy({ type, shape, data, tensor }: Host): Promise<DeviceMemory> {
    const copied = await this.#through('there', type, tensor ?? new Tensor(type, data, shape));
    return this.keep(copied, type, shape);
  }

  async read({ type, shape, memory }: OnDevice): Promise<HostData> {
    const { data } = await this.#through('back', type, seenAs(memory.tensor, shape));
    if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) return data;
    throw new Error(`ONNX Runtime gave back other numbers than ${type}`);
  }

  /** Keeps it until it is freed by name, whoever needs it. */
  hold(memory: DeviceMemory): void {
    this.#held.add(memory);
  }

  /** Takes `hold` back. */
  lose(memory: DeviceMemory): void {
    this.#held.delete(memory);
  }

  free(memory: DeviceMemory): void {
    this.#held.delete(memory);
    if (!this.#all.delete(memory)) return;
    this.#bytes -= memory.bytes;
    memory.tensor.dispose();
  }

  /** Frees everything that is not needed any more and not held. */
  freeAllBut(needed: ReadonlySet<DeviceMemory>): void {
    for (const memory of this.#all) if (!needed.has(memory) && !this.#held.has(memory)) this.free(memory);
  }

  async dispose(): Promise<void> {
    for (const memory of this.#all) this.free(memory);
    for (const session of this.#ways.values()) await (await session).release();
    this.#ways.clear();
  }

  async #through(direction: Direction, type: ElementType, tensor: Tensor): Promise<Tensor> {
    const name = `${direction} ${type}`;
    const way =
      this.#ways.get(name) ??
      InferenceSession.create(
        copying(type),
        sessionOptions(this.#provider, 1, { here: direction === 'back' }),
      );
    this.#ways.set(name, way);
    const { to } = await this.#run(await way, tensor);
    if (to === undefined) throw new Error('ONNX Runtime left an output out');
    return to;
  }

  async #run(way: InferenceSession, from: Tensor): Promise<Readonly<Record<string, Tensor | undefined>>> {
    try {
      return await way.run({ from });
    } catch (error) {
      const graphBytes = from.size * 4;
      throw nativeFailure(error, { provider: this.#provider, graphBytes, deviceBytes: this.#bytes });
    }
  }
}

/** The same numbers on the device in another shape. */
export function seenAs(tensor: Tensor, shape: readonly number[]): Tensor {
  if (tensor.location !== 'gpu-buffer' || tensor.dims.join() === shape.join()) return tensor;
  const dataType = tensor.type as 'float32' | 'int32' | 'bool'; // no others are kept
  return Tensor.fromGpuBuffer(tensor.gpuBuffer, { dataType, dims: [...shape] });
}

function copying(type: ElementType): Uint8Array {
  const value = (name: string) => ({ name, type, shape: undefined });
  return encodeModel({
    inputs: [value('from')],
    outputs: [value('to')],
    constants: [],
    nodes: [{ op: 'Identity', domain: '', inputs: ['from'], outputs: ['to'], attributes: {} }],
  });
}
