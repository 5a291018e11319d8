import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleRig, type Bundle } from './rig/bundle.ts';
import { run, type RunOptions } from './rig/run.ts';
import { smallProgram, type SmallProgram } from './rig/small-program.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

const home = temporaryFolder();
let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleRig(home.path);
});
afterAll(() => home[Symbol.dispose]());

const data = Array.from({ length: 10 }, (_, i) => `row ${i}\n`).join('');

function prepared(): TemporaryFolder {
  const folder = temporaryFolder();
  folder.write('data.txt', data);
  return folder;
}

async function runSmall(
  folder: TemporaryFolder,
  program: SmallProgram = {},
  options: Partial<RunOptions> = {},
) {
  const log = join(folder.path, 'runs.log');
  writeFileSync(log, '');
  const done = await run(smallProgram(folder.path, program), {
    folder: folder.path,
    workerPath: bundle.worker,
    log,
    ...options,
  });
  const ran = readFileSync(log, 'utf8').split('\n').filter(Boolean).sort();
  return { ...done, ran };
}

const all = ['fit', 'fit', 'gather', 'pick', 'pick', 'score', 'score', 'source'];

describe('a run', () => {
  test('runs every step once, and nothing the second time', async () => {
    using folder = prepared();
    const first = await runSmall(folder);
    expect(first.ran).toEqual(all);
    expect(first.result).toMatchObject({ outcome: 'done', executed: 8, cached: 0, failed: 0, skipped: 0 });
    expect(first.result.reports.map(({ step }) => step)).toEqual([
      'score[seed=1]',
      'score[seed=2]',
      'summary',
    ]);
    const second = await runSmall(folder);
    expect(second.ran).toEqual([]);
    expect(second.result).toMatchObject({ outcome: 'done', executed: 0, cached: 8 });
    expect(second.result.reports).toEqual(first.result.reports);
    expect(readdirSync(join(folder.path, '.fsl', 'attempts'))).toEqual([]);
    expect(existsSync(join(folder.path, '.fsl', 'claims'))).toBe(true);
  });
});
