// A run with everything cached starts no process and loads no native code: counted inside the bundled command.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const bundle = join(root, 'node_modules', `.fsl-command-${process.pid}`); // where packages are found
let folder = '';

beforeAll(async () => {
  await build({
    entryPoints: {
      fslrun: join(root, 'src/runtime/cli/main.ts'),
      worker: join(root, 'src/runtime/worker.ts'),
    },
    outdir: bundle,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  writeFileSync(join(bundle, 'package.json'), '{ "type": "module" }');
  folder = mkdtempSync(join(tmpdir(), 'fsl-cached-'));
  cpSync(join(root, 'test/golden/first'), folder, { recursive: true });
});
afterAll(() => {
  rmSync(bundle, { recursive: true, force: true });
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
  return loaded([join(bundle, 'fslrun.js'), ...args], folder);
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
