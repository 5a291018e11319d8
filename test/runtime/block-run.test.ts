// What a stage inside a step is told of the machine.
import { expect, it } from 'vitest';
import { blockRun, type BlockSetting } from '../../src/runtime/block-run.ts';
import type { Job } from '../../src/runtime/worker-message.ts';
import { noCheckpoint } from '../../src/stages/checkpoint.ts';
import { defineStage, type RunContext } from '../../src/stages/stage.ts';

it('a stage inside a step computes where the step does, and says on what it computes', async () => {
  let seen: Pick<RunContext<never, never>, 'engine' | 'probeProgram' | 'checkpoint'> | undefined;
  const inner = defineStage({
    name: 'inner',
    version: 1,
    doc: 'Looks.',
    example: 'inner',
    options: {},
    inputs: {},
    outputs: {},
    randomness: () => false,
    check: () => ({}),
    run: async (context) => {
      seen = context;
      context.using?.('gpu');
    },
  });
  const told: string[] = [];
  const engine = { backend: 'onnx', device: 'gpu', threads: 1, precision: 'mixed' } as const;
  const context: BlockSetting['context'] = {
    output: () => {
      throw new Error('it writes nothing');
    },
    secret: () => '',
    signal: new AbortController().signal,
    engine,
    using: (device) => told.push(device),
    probeProgram: 'worker.js',
    cacheDirectory: undefined,
  };
  const job: Job = {
    type: 'job',
    id: 1,
    kind: 'outer',
    plugins: [],
    options: {},
    seed: 1,
    inputs: {},
    parts: [],
    folder: '',
    objects: '',
    engine,
    cacheDirectory: '',
  };
  const stage = {
    name: 'one',
    kind: 'inner',
    inputs: {},
    required: [],
    outputs: [],
    handed: {},
    options: {},
    seed: 1,
    chosen: {},
  };
  const verification = { folder: '', corrupt: () => undefined };
  const block = blockRun([stage], { job, inputs: {}, kind: () => inner, verification, context });
  await block.run(0, {}, {});
  expect(seen).toMatchObject({ engine, probeProgram: 'worker.js' });
  expect(seen?.checkpoint('any')).toBe(noCheckpoint);
  expect(told).toEqual(['gpu']);
});
