// The example programs check without a word, and plan from a clean copy; the files that they import do what they say.
import { cp } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRig } from '../cli/rig.ts';

const pipelines = join(import.meta.dirname, '..', '..', 'pipelines');

test.each(readdirSync(pipelines).filter((name) => name.endsWith('.fsl')))('%s', async (name) => {
  await using rig = await openRig('');
  await cp(pipelines, rig.folder, { recursive: true });
  const check = await rig.run(['check', name]);
  expect([check.code, check.stdout + check.stderr]).toEqual([0, '']);
  const plan = await rig.run(['plan', name, '--format', 'json']);
  expect([plan.code, plan.stderr]).toEqual([0, '']);
  const { summary } = JSON.parse(plan.stdout) as { readonly summary: { readonly run: number } };
  expect(summary.run).toBeGreaterThan(0);
});
