// Runs graphs one after the other, and holds what they need beside their inputs: compiled sessions and memory of the device. Knows no tensors
// of tfjs and not who wants a result.
import { setImmediate as turn } from 'node:timers/promises';
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { peakBytes, withheldName } from './compile.ts';
import type { Recording } from './compile.ts';
import { DeviceMemories, seenAs } from './device-memories.ts';
import { EngineError } from './engine-error.ts';
import { computed, requireOutside } from './host-numbers.ts';
import { LastingNumbers } from './lasting-numbers.ts';
import { nativeFailure } from './native-failure.ts';
import type { DeviceTensor, HostTensor } from './program.ts';
import { fixesNumbers, keepsResults } from './provider.ts';
import type { Provider } from './provider.ts';
import { SessionCache } from './session-cache.ts';
import type { SessionLimits } from './session-cache.ts';
import { sizeOf } from './value.ts';
import type { Fed, Host, OnDevice, Result } from './value.ts';

export interface RunCounts {
  runs: number;
  runMs: number;
  /** Nodes run so far, by ONNX operator. */
  readonly nodes: Map<string, number>;
}

/** What a captured program is given, by name. */
export type Given = Readonly<Record<string, HostTensor | DeviceTensor>>;

export class GraphRunner {
  readonly provider: Provider;
  readonly sessions: SessionCache;
  readonly memories: DeviceMemories;
  readonly counts: RunCounts = { runs: 0, runMs: 0, nodes: new Map() };
  #running: Promise<unknown> = Promise.resolve();
  readonly #lasting = new LastingNumbers();

  constructor(provider: Provider, threads: number, limits: SessionLimits) {
    this.provider = provider;
    this.sessions = new SessionCache(provider, threads, limits);
    this.memories = new DeviceMemories(provider);
  }

  /** Starts when all work that was given before is done. */
  async afterOthers<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#running.then(work);
    this.#running = run.catch(() => undefined);
    return run;
  }

  /** Output `i` goes into `memory[i]`, where that is there; ONNX Runtime allocates the others. */
  async execute(
    recording: Recording,
    inputs: Given,
    memory: readonly (Tensor | undefined)[],
  ): Promise<readonly (Tensor | undefined)[]> {
    try {
      return await this.#compute(recording, inputs, memory);
    } catch (error) {
      const [graphBytes, deviceBytes] = [peakBytes(recording), this.memories.bytes];
      throw nativeFailure(error, { provider: this.provider, graphBytes, deviceBytes });
    }
  }

  /** What a run has left of a result. */
  numbersOf(result: Result, tensor: Tensor | undefined): Host | OnDevice {
    if (tensor?.location !== 'gpu-buffer') return computed(result, tensor);
    const [type, { shape }] = [requireOutside(result.type), result];
    return { kind: 'device', type, shape, memory: this.memories.keep(tensor, type, shape) };
  }

  /** Waits for a run under way, then frees the graphs. */
  async finish(): Promise<void> {
    await this.#running;
    await this.memories.dispose();
    await this.sessions.dispose();
  }

  async #compute(
    given: Recording,
    inputs: Given,
    memory: readonly (Tensor | undefined)[],
  ): Promise<readonly (Tensor | undefined)[]> {
    const recording = fixesNumbers(this.provider) ? this.#withFixed(given) : given;
    const session = await this.sessions.sessionFor(recording);
    if (keepsResults(this.provider)) await this.#copyUsedTwice(recording);
    const feeds: Record<string, Tensor> = {};
    recording.fed.forEach((value, i) => {
      if (recording.fixed?.has(value) !== true) feeds[`i${i}`] = fedTensor(value, inputs);
    });
    const fetches = Object.fromEntries(recording.wanted.map((_, i) => [`o${i}`, memory[i] ?? null]));
    const start = performance.now();
    const outputs = await (recording.withheld === true
      ? runWithheld(session, feeds, fetches)
      : session.run(feeds, fetches));
    this.counts.runMs += performance.now() - start;
    this.counts.runs += 1;
    await turn(); // Node.js heard nothing while it ran: an interruption is heard before the next run begins
    for (const { op } of recording.nodes) this.counts.nodes.set(op, (this.counts.nodes.get(op) ?? 0) + 1);
    return recording.wanted.map((_, i) => outputs[`o${i}`]);
  }

  /** Where there is room for it. */
  #withFixed(given: Recording): Recording {
    const whole = this.#lasting.withFixed(given);
    return whole === given || this.sessions.hasRoomFor(whole) ? whole : given;
  }

  /** Numbers that a second run needs are copied to the device, for it and those to come. */
  async #copyUsedTwice({ fed }: Recording): Promise<void> {
    for (const value of fed) {
      if (value.kind === 'host' && value.tensor !== undefined) value.copy ??= await this.memories.copy(value);
    }
  }
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

function fedTensor(value: Fed, inputs: Given): Tensor {
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
