// Compiled graphs by structure: the least recently used go first when there are too many or they may hold too much memory.
import { InferenceSession } from 'onnxruntime-node';
import { peakBytes, toGraph } from './compile.ts';
import type { Recording } from './compile.ts';
import { encodeModel } from './onnx-model.ts';
import { sessionOptions } from './provider.ts';
import type { Provider } from './provider.ts';

export interface SessionLimits {
  readonly sessions: number;
  /** Of working memory that ONNX Runtime keeps between runs, estimated from the shapes. */
  readonly bytes: number;
}

export interface SessionCounts {
  compiled: number;
  compileMs: number;
  hits: number;
}

interface Entry {
  readonly session: InferenceSession;
  readonly bytes: number;
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
    const options = sessionOptions(this.#provider, this.#threads);
    const session = await InferenceSession.create(encodeModel(toGraph(recording)), options);
    this.counts.compiled += 1;
    this.counts.compileMs += performance.now() - start;
    this.#entries.set(key, { session, bytes: peakBytes(recording) });
    await this.#shrink();
    return session;
  }

  async dispose(): Promise<void> {
    for (const { session } of this.#entries.values()) await session.release();
    this.#entries.clear();
  }

  /** The newest session always stays. */
  async #shrink(): Promise<void> {
    for (const [key, { session }] of this.#entries) {
      if (this.#entries.size <= 1) return;
      if (this.#entries.size <= this.#limits.sessions && this.bytes <= this.#limits.bytes) return;
      this.#entries.delete(key);
      await session.release();
    }
  }
}
