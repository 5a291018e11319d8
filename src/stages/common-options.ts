// The options every stage takes, whatever its kind. None of them but `seed` enters the key.
import { bool, call, duration, int, record, size, string, word } from './option.ts';

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
  resources: record(
    {
      cores: int({ min: 1, doc: 'Processor cores that it keeps busy; 1 where nothing is said.' }),
      memory: size({ doc: 'Memory that it needs: `8GB`.' }),
      gpu: int({
        min: 0,
        doc: 'Devices that it needs to itself; 1 where nothing is said and it is asked to compute on one.',
      }),
    },
    {
      keyed: false,
      doc: 'What the step takes of the machine while it runs: steps run side by side only as far as it suffices. More than the machine has is an error before anything runs.',
    },
  ),
  timeout: duration({ keyed: false, doc: 'The step fails when it runs longer.' }),
  retries: int({ min: 0, max: 10, default: 0, keyed: false, doc: 'How often a failed step is tried again.' }),
  allow: call(
    {
      leakage: {
        doc: 'Test rows may be learnt from or selected with here, or rows measured that the model has learnt from.',
        arguments: {
          why: string({ required: true, doc: 'The reason, as readers of the reports are told it.' }),
        },
      },
    },
    {
      keyed: false,
      doc: 'Makes leakage in this stage no error: every report behind it carries the reason on its face instead.',
    },
  ),
  cache: bool({ default: true, keyed: false, doc: '`false` runs the step every time.' }),
} as const;
