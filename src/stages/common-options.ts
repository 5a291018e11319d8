// The options every stage takes, whatever its kind. None of them but `seed` enters the key.
import { bool, duration, int, word } from './option.ts';

export const commonOptions = {
  seed: int({
    min: 0,
    max: 2 ** 32 - 1,
    default: 0,
    keyed: false,
    doc: 'Seed of every random draw of this stage. Keyed only where the stage draws.',
  }),
  device: word(
    { auto: 'the fastest that works here', cpu: 'the processor', gpu: 'an NVIDIA or WebGPU device' },
    { default: 'auto', keyed: false, doc: 'Where tensors are computed.' },
  ),
  timeout: duration({ keyed: false, doc: 'The step fails when it runs longer.' }),
  retries: int({ min: 0, max: 10, default: 0, keyed: false, doc: 'How often a failed step is tried again.' }),
  cache: bool({ default: true, keyed: false, doc: '`false` runs the step every time.' }),
} as const;
