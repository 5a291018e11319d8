// The gradient of a kernel that has none: an error that names it, when a derivative reaches it and not before.
import type { GradConfig } from '@tensorflow/tfjs-core';
import { EngineError } from '../engine-error.ts';

export function refusedGradient(kernelName: string): GradConfig {
  return {
    kernelName,
    gradFunc: () => {
      throw new EngineError(
        'unsupported-kernel',
        `a derivative was asked for through \`${kernelName}\`, which has none here`,
        instead[kernelName] ?? 'Use operations that docs/kernels.md marks `backward`.',
      );
    },
  };
}

/** What to do about it where that is known. */
const instead: Readonly<Record<string, string>> = {
  TopK: 'Take the elements with `gather` by the indices, which has one.',
  FloorDiv: 'Use `div`, which has one.',
  _FusedMatMul: 'Use `matMul`, `add` and the activation by themselves.',
  FusedConv2D: 'Use `conv2d`, `add` and the activation by themselves.',
  FusedDepthwiseConv2D: 'Use `depthwiseConv2d`, `add` and the activation by themselves.',
  LogSoftmax: 'Use `logSoftmax`.',
  EluGrad: 'Use `elu`.',
};
