// `npm run evidence` on its smallest result: what it finds, what it writes, and how it tells that a result is stale. The command is built of
// these sources, so that no state of `dist` decides whether this is tested.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const shared = process.env['FSL_SHARED'] ?? join(root, '..', 'shared');
const ready = existsSync(join(shared, 'data/fewclue_eprstmt'));
/** Inside the repository, so that the command finds the packages. */
const built = join(root, 'node_modules', `.fsl-evidence-${process.pid}`);

beforeAll(async () => {
  if (!ready) return;
  await build({
    absWorkingDir: root,
    entryPoints: { fslrun: 'src/runtime/cli/main.ts', worker: 'src/runtime/worker.ts' },
    outdir: built,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  await writeFile(join(built, 'package.json'), JSON.stringify({ type: 'module' }));
});
afterAll(() => rm(built, { recursive: true, force: true }));

test.skipIf(!ready)(
  'the smallest result (skipped without the data)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fsl-evidence-'));
    const evidence = async (...args: readonly string[]): Promise<string> => {
      const places = ['--shared', shared, '--out', folder, '--work', join(folder, 'work')];
      const all = [join(root, 'evidence/run.mjs'), ...args, ...places];
      const env = { ...process.env, FSL_COMMAND: join(built, 'fslrun.js') };
      return (await promisify(execFile)(process.execPath, all, { cwd: folder, env })).stdout;
    };
    try {
      expect(await evidence('--list')).toContain('labels-eprstmt: never made by this command');
      expect(await evidence('labels-eprstmt')).toContain('labels-eprstmt: current\n');
      const table = await readFile(join(folder, 'labels-eprstmt.md'), 'utf8');
      expect(table).toMatch(/\| prototype \| 0\.\d{3} ± 0\.\d{3} \| 0\.\d{3} ± 0\.\d{3} \|/);
      const file = join(folder, 'labels-eprstmt.json');
      const { eprstmt } = JSON.parse(await readFile(file, 'utf8')) as {
        readonly eprstmt: {
          readonly versions: Readonly<Record<string, number>>;
          readonly figures: Readonly<Record<string, readonly number[]>>;
        };
      };
      const accuracies = eprstmt.figures['prototype_score accuracy'] ?? [];
      expect(accuracies).toHaveLength(5);
      for (const value of accuracies) expect(value).toBeGreaterThan(0.5);
      // As if it had been made by another version, and found something else.
      const older = {
        eprstmt: {
          ...eprstmt,
          versions: { ...eprstmt.versions, evaluate: 1 },
          figures: {
            ...eprstmt.figures,
            'prototype_score accuracy': accuracies.map((value) => value / 2),
          },
        },
      };
      await writeFile(file, JSON.stringify(older));
      const listed = await evidence('--list');
      expect(listed).toMatch(/labels-eprstmt: 0 of 1 current; eprstmt: `evaluate` is version \d+ and was 1/);
      expect(listed).toContain('bench/labels/README.md does not have | prototype | 0.331');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
