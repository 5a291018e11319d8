import { expect, it } from 'vitest';
import { evaluate } from '../../src/stages/evaluate.ts';
import { exportModel } from '../../src/stages/export.ts';
import { fineTune } from '../../src/stages/fine-tune.ts';
import { isMixed } from '../../src/stages/precision.ts';
import { pretrain } from '../../src/stages/pretrain.ts';
import { tune } from '../../src/stages/tune.ts';

const [mixed, fp32, silent] = [{ precision: 'mixed' }, { precision: 'fp32' }, {}];

it.each([
  [[[fineTune, silent]], false],
  [[[fineTune, fp32]], false],
  [[[fineTune, mixed]], true],
  [[[exportModel, mixed]], false], // whose option is another one
  [
    [
      [tune, silent],
      [pretrain, mixed],
      [fineTune, mixed],
      [evaluate, silent],
    ],
    true,
  ],
  [
    [
      [tune, silent],
      [pretrain, silent],
      [fineTune, mixed],
      [evaluate, silent],
    ],
    false,
  ],
  [
    [
      [tune, silent],
      [fineTune, fp32],
      [fineTune, mixed],
    ],
    false,
  ],
  [
    [
      [tune, silent],
      [evaluate, silent],
    ],
    false,
  ],
] as const)('a step, and what is inside it (%#)', (stages, expected) => {
  const [step, ...inside] = stages.map(([definition, options]) => ({ definition, options }));
  expect(step && isMixed(step, inside)).toBe(expected);
});
