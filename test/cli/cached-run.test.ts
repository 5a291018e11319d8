// A run with everything cached starts no process and loads no native code: counted inside the bundled command.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCommand } from './rig.ts';

const root = join(import.meta.dirname, '..', '..');
let built: Awaited<ReturnType<typeof buildCommand>>;
let folder = '';

beforeAll(async () => {
  built = await buildCommand();
  folder = mkdtempSync(join(tmpdir(), 'fsl-cached-'));
  cpSync(join(root, 'test/golden/first'), folder, { recursive: true });
});
afterAll(async () => {
  await built[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test('the first run starts workers, the second nothing', () => {
  expect(run('pipeline.fsl', '--jobs', '1')).toMatchObject({ status: 0, counts: { processes: 1 } });
  for (const args of [
    ['pipeline.fsl'],
    ['pipeline.fsl', '--dry-run'],
    ['check', 'pipeline.fsl'],
    ['--version'],
  ])
    expect(run(...args)).toMatchObject({ status: 0, counts: { processes: 0, native: 0 } });
});

test('what starts processes and loads native code is counted; `doctor` tries drivers in processes of their own', () => {
  const { counts } = run('doctor');
  expect(counts.native).toBe(0);
  expect(counts.processes).toBeGreaterThan(0);
  expect(loaded(['-e', "import('onnxruntime-node')"], root).counts.native).toBeGreaterThan(0);
});

interface Counts {
  readonly processes: number;
  readonly native: number;
}

interface Ended {
  readonly status: number | null;
  readonly counts: Counts;
}

function run(...args: readonly string[]): Ended {
  writeFileSync(join(folder, 'package.json'), '{}');
  return loaded([built.command, ...args], folder);
}

function loaded(args: readonly string[], cwd: string): Ended {
  const counter = pathToFileURL(join(root, 'test/cli/count-loads.mjs')).href;
  const { status, stderr } = spawnSync(process.execPath, ['--import', counter, ...args], {
    cwd,
    encoding: 'utf8',
  });
  const line = /COUNTS (.*)/.exec(stderr)?.[1] ?? '{}';
  return { status, counts: JSON.parse(line) as Counts };
}
