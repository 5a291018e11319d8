// Every kernel of the backend `onnx`. What is not here is refused by name.
import { binaryRules } from './binary.ts';
import { convolutionRules } from './convolution.ts';
import { fusedRules } from './fused.ts';
import { layoutRules } from './layout.ts';
import { lookupRules } from './lookup.ts';
import { poolingRules } from './pooling.ts';
import { reduceRules } from './reduce.ts';
import { resizeRules } from './resize.ts';
import type { KernelRule } from './rule.ts';
import { sliceRules } from './slice.ts';
import { unaryRules } from './unary.ts';

export const kernelRules: readonly KernelRule[] = [
  ...unaryRules,
  ...binaryRules,
  ...reduceRules,
  ...layoutRules,
  ...lookupRules,
  ...sliceRules,
  ...convolutionRules,
  ...fusedRules,
  ...poolingRules,
  ...resizeRules,
].sort((a, b) => (a.kernel < b.kernel ? -1 : 1));
