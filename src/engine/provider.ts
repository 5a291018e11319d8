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

/** `here`: the outputs are wanted in the memory of this process, whatever the provider. */
export function sessionOptions(
  provider: Provider,
  threads: number,
  here = false,
): InferenceSession.SessionOptions {
  return {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    ...(keepsResults(provider) && { preferredOutputLocation: here ? 'cpu' : 'gpu-buffer' }),
  };
}
