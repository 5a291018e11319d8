// The gradients of every kernel that has one. tfjs-core's own do not come with its package for Node, and are wrong in places.
import type { GradConfig } from '@tensorflow/tfjs-core';
import { binaryGradients } from './binary.ts';
import { layoutGradients } from './layout.ts';
import { lookupGradients } from './lookup.ts';
import { reduceGradients } from './reduce.ts';
import { unaryGradients } from './unary.ts';

export const gradients: readonly GradConfig[] = [
  ...unaryGradients,
  ...binaryGradients,
  ...reduceGradients,
  ...layoutGradients,
  ...lookupGradients,
];
