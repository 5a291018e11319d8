// Where ONNX Runtime computes, as its sessions are told. What of it a machine has is found out elsewhere.
import type { InferenceSession } from 'onnxruntime-node';

/**
 * `webgpu` keeps what is computed on the device. `cuda` computes there and hands everything back, because onnxruntime-node
 * has no memory of that device to offer.
 */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** Whether results stay on the device until they are read. */
export function keepsResults(provider: Provider): boolean {
  return provider === 'webgpu';
}

/** Whether inputs cross to the device in every run. Numbers that are the same in all runs are better part of the graph there. */
export function fixesNumbers(provider: Provider): boolean {
  return provider === 'cuda';
}

/**
 * Whether a graph with so much working memory keeps it from one run to the next. On the processor each session would keep its own: that of
 * its first run and, laid out anew, that of all others, about twice as much together. Where it is much, a run asks for it and gives it back.
 */
export function keepsWorkingMemory(provider: Provider, bytes: number): boolean {
  return provider !== 'cpu' || bytes <= 32 * 2 ** 20;
}

export interface SessionWishes {
  /** The outputs are wanted in the memory of this process, whatever the provider. */
  readonly here?: boolean;
  /** As `keepsWorkingMemory` says. */
  readonly keeps?: boolean;
}

export function sessionOptions(
  provider: Provider,
  threads: number,
  { here = false, keeps = true }: SessionWishes = {},
): InferenceSession.SessionOptions {
  return {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: keeps,
    enableMemPattern: keeps,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    ...(keepsResults(provider) && { preferredOutputLocation: here ? 'cpu' : 'gpu-buffer' }),
  };
}
