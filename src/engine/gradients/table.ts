// The gradients of every kernel that has one. tfjs-core's own do not come with its package for Node, and are wrong in places.
import type { GradConfig } from '@tensorflow/tfjs-core';
import { binaryGradients } from './binary.ts';
import { convolutionGradients } from './convolution.ts';
import { layoutGradients } from './layout.ts';
import { lookupGradients } from './lookup.ts';
import { poolingGradients } from './pooling.ts';
import { reduceGradients } from './reduce.ts';
import { sliceGradients } from './slice.ts';
import { unaryGradients } from './unary.ts';

export const gradients: readonly GradConfig[] = [
  ...unaryGradients,
  ...binaryGradients,
  ...reduceGradients,
  ...layoutGradients,
  ...lookupGradients,
  ...sliceGradients,
  ...convolutionGradients,
  ...poolingGradients,
];
