// What becomes of a step whose GPU fails: with `device: auto` it starts again on the processor and says so, whether the engine throws or the
// process crashes; where the GPU was asked for, it fails and says what to do. The GPU is made up by the worker.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../scripts/generate/code-folders.ts';
import { listRuns, readRun, type RunRecord } from '../../src/runtime/run-record.ts';
import { openStore } from '../../src/runtime/store.ts';
import type { Trick } from '../codes/worker.ts';
import { buildWorker, openRig, removeWorker, type Outcome, type Rig } from './rig.ts';

const root = join(import.meta.dirname, '..', '..');
const example = join(root, 'test/golden/codes/device-failed');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker('test/codes/worker.ts');
});
afterAll(() => removeWorker(worker));
afterEach(() => delete process.env['FSL_TRICK']);

async function run(rig: Rig, trick: Trick, args: readonly string[] = []): Promise<Outcome> {
  cpSync(join(root, 'test/golden/codes', sharedData), rig.folder, { recursive: true });
  cpSync(join(root, 'test/fixtures/encoders/odd-bert'), join(rig.folder, 'encoder'), { recursive: true });
  process.env['FSL_TRICK'] = trick;
  return rig.run(['main.fsl', ...args], { env: { FSL_GPU: 'software' } });
}

function recordIn(folder: string): RunRecord | undefined {
  const store = openStore(join(folder, '.fsl'));
  return readRun(store, listRuns(store)[0] ?? '');
}

describe('a GPU that fails', () => {
  it.each([
    ['lost device', 'the GPU failed while it computed: WebGPU device lost: the driver was reset'],
    ['crashing device', 'its process was killed by SIGSEGV'],
  ] as const)('sends a step with `device: auto` to the processor (%s)', async (trick, why) => {
    await using rig = await openRig(worker, example);
    const outcome = await run(rig, trick);
    expect(outcome.code, outcome.stderr).toBe(0);
    const note = `the GPU failed (${why}), so the step starts again on the processor`;
    expect(outcome.stderr).toContain(note);
    const model = recordIn(rig.folder)?.steps.find(({ id }) => id === 'model');
    expect(model).toMatchObject({ outcome: 'done', computed: { backend: 'onnx', device: 'cpu' } });
    expect(model?.notes).toContain(note);
  });

  it('fails a step that asked for it, and keeps what was finished', async () => {
    await using rig = await openRig(worker, example);
    const outcome = await run(rig, 'crashing device', ['--device', 'gpu']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain('error[worker-died]');
    expect(outcome.stderr).toContain('SIGSEGV');
    expect(outcome.stderr).toContain('`--device cpu`');
    expect(recordIn(rig.folder)?.steps.find(({ id }) => id === 'parts')).toMatchObject({ outcome: 'done' });
  });
});
