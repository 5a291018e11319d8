import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleRig, type Bundle } from './rig/bundle.ts';
import { folderWithData, runCounted, told } from './rig/prepared.ts';
import type { RunOptions } from './rig/run.ts';
import { smallProgram, type SmallProgram } from './rig/small-program.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

const home = temporaryFolder();
let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleRig(home.path);
});
afterAll(() => home[Symbol.dispose]());

async function runSmall(
  folder: TemporaryFolder,
  program: SmallProgram = {},
  options: Partial<RunOptions> = {},
) {
  const { path } = folder;
  return runCounted(smallProgram(path, program), { folder: path, workerPath: bundle.worker, ...options });
}

describe('a step that fails', () => {
  test('because its worker was killed says so, with what it printed, and keeps the rest', async () => {
    using folder = folderWithData();
    const fit = { crash_unless: join(folder.path, 'ready') };
    const { result, events } = await runSmall(folder, { fit }, { keepGoing: true });
    expect(result).toMatchObject({ outcome: 'failed', executed: 3, failed: 2 });
    const [failure] = told(events, 'step-failed');
    expect(failure?.diagnostics[0]?.code).toBe('worker-died');
    expect(failure?.diagnostics[0]?.message).toContain(
      'was killed by SIGKILL; it printed at the end: out of memory',
    );
    writeFileSync(join(folder.path, 'ready'), '');
    expect((await runSmall(folder, { fit })).ran).toEqual(['fit', 'fit', 'gather', 'score', 'score']);
  });

  test('because it takes longer than its `timeout`', async () => {
    using folder = folderWithData();
    const { events } = await runSmall(folder, { wait: 60_000, fitCommon: {} }, { targets: ['rows'] });
    expect(told(events, 'step-failed')).toEqual([]);
    const slow = { fit: { wait: 60_000 }, fitCommon: { timeout: 0.2 }, seeds: [1] };
    const { events: late } = await runSmall(folder, slow);
    expect(told(late, 'step-failed')[0]?.diagnostics).toMatchObject([{ code: 'step-timeout' }]);
  });
});

describe('stopping', () => {
  test('keeps finished work, and says what was stopped', async () => {
    using folder = folderWithData();
    const stop = new AbortController();
    const { result, events } = await runSmall(
      folder,
      { fit: { wait: 60_000 } },
      {
        signal: stop.signal,
        emit: (event) => {
          if (event.type === 'step-progress') stop.abort();
        },
      },
    );
    expect(result).toMatchObject({ outcome: 'interrupted', failed: 0 });
    expect(told(events, 'step-interrupted').map(({ step }) => step)).toContain('model[seed=1]');
    const { result: rest, ran } = await runSmall(folder, { fit: { wait: 0 } });
    expect(rest.outcome).toBe('done');
    expect(ran).not.toContain('source');
  });
});
