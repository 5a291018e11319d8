// Compiled graphs by structure: the least recently used go first when there are too many or they may hold too much memory. Those that
// are run in turn by one training all stay.
import { InferenceSession } from 'onnxruntime-node';
import { peakBytes, toGraph } from './compile.ts';
import type { Recording } from './compile.ts';
import { encodeModel } from './onnx-model.ts';
import { keepsWorkingMemory, sessionOptions } from './provider.ts';
import type { Provider } from './provider.ts';
import { elementBytes, sizeOf } from './value.ts';

export interface SessionLimits {
  readonly sessions: number;
  /** Of working memory that ONNX Runtime keeps between runs, estimated from the shapes. More is kept where it is that of the newest. */
  readonly bytes: number;
  /** Of numbers that are part of all graphs together: each has its own, on a device whose size is not known. 2 GB unless said. */
  readonly fixedBytes?: number;
}

export interface SessionCounts {
  compiled: number;
  compileMs: number;
  hits: number;
}

/** As many of the newest stay whatever they hold: work that goes round over so many would compile every one of them anew each time. */
const newest = 8;

interface Entry {
  readonly session: InferenceSession;
  /** Kept between runs, numbers that are part of the graph among them. */
  readonly bytes: number;
  readonly fixedBytes: number;
}

export class SessionCache {
  readonly #provider: Provider;
  readonly #threads: number;
  readonly #limits: SessionLimits;
  /** In order of use, oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly counts: SessionCounts = { compiled: 0, compileMs: 0, hits: 0 };

  constructor(provider: Provider, threads: number, limits: SessionLimits) {
    this.#provider = provider;
    this.#threads = threads;
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    let sum = 0;
    for (const entry of this.#entries.values()) sum += entry.bytes;
    return sum;
  }

  /** Whether the graph is there, or may be compiled with all its numbers beside the others. */
  hasRoomFor(recording: Recording): boolean {
    if (this.#entries.has(recording.key)) return true;
    let sum = fixedBytesOf(recording);
    for (const { fixedBytes } of this.#entries.values()) sum += fixedBytes;
    return sum <= (this.#limits.fixedBytes ?? 2 ** 31);
  }

  async sessionFor(recording: Recording): Promise<InferenceSession> {
    const { key } = recording;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.counts.hits += 1;
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.session;
    }
    const start = performance.now();
    const peak = peakBytes(recording);
    const keeps = keepsWorkingMemory(this.#provider, peak);
    const options = sessionOptions(this.#provider, this.#threads, { keeps });
    const session = await InferenceSession.create(encodeModel(toGraph(recording)), options);
    this.counts.compiled += 1;
    this.counts.compileMs += performance.now() - start;
    const fixedBytes = fixedBytesOf(recording);
    this.#entries.set(key, { session, bytes: (keeps ? peak : 0) + fixedBytes, fixedBytes });
    await this.#shrink();
    return session;
  }

  async dispose(): Promise<void> {
    for (const { session } of this.#entries.values()) await session.release();
    this.#entries.clear();
  }

  async #shrink(): Promise<void> {
    const { sessions, bytes } = this.#limits;
    for (const [key, { session }] of this.#entries) {
      if (this.size <= sessions && (this.size <= newest || this.bytes <= bytes)) return;
      this.#entries.delete(key);
      await session.release();
    }
  }
}

function fixedBytesOf({ fixed = new Set() }: Recording): number {
  let sum = 0;
  for (const { type, shape } of fixed) sum += sizeOf(shape) * elementBytes(type);
  return sum;
}
