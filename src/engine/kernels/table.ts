// Every kernel of the backend `onnx`. What is not here is refused by name.
import { binaryRules } from './binary.ts';
import { layoutRules } from './layout.ts';
import { lookupRules } from './lookup.ts';
import { reduceRules } from './reduce.ts';
import type { KernelRule } from './rule.ts';
import { unaryRules } from './unary.ts';

export const kernelRules: readonly KernelRule[] = [
  ...unaryRules,
  ...binaryRules,
  ...reduceRules,
  ...layoutRules,
  ...lookupRules,
].sort((a, b) => (a.kernel < b.kernel ? -1 : 1));
