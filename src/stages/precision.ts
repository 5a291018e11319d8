// The option `precision` of stages that train, and what a step is told of it.
import { word } from './option.ts';
import type { StageDefinition } from './stage.ts';

export const precisionOption = word(
  {
    fp32: 'numbers of 32 bits throughout',
    mixed:
      'factors of products of matrices and of convolutions have 10 bits of fraction (TF32), where an NVIDIA GPU computes through CUDA; all else, and everything on other devices, is as with `fp32`',
  },
  {
    doc: 'How exactly numbers are kept while the stage computes. Without it: `fp32`. Inside `tune` all stages that train say `mixed`, or none.',
  },
);

interface Stage {
  readonly definition: Pick<StageDefinition, 'options'>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Whether it is this option that a kind of stage has; others may have one of the same name. */
export function hasPrecision({ options }: Stage['definition']): boolean {
  return options['precision'] === precisionOption;
}

/** Whether a step computes with mixed precision: it says so, or the stages inside it do, which say all the same. */
export function isMixed(step: Stage, inside: readonly Stage[] = []): boolean {
  const asked = [step, ...inside].filter(({ definition }) => hasPrecision(definition));
  return asked.length > 0 && asked.every(({ options }) => options['precision'] === 'mixed');
}
