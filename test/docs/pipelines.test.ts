// The example programs check without a word, and plan from a clean copy; the files that they import do what they say. One is there to
// be refused. Running them is the business of `npm run pipelines`.
import { cp } from 'node:fs/promises';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRig } from '../cli/rig.ts';

const pipelines = join(import.meta.dirname, '..', '..', 'pipelines');
const programs = readdirSync(pipelines).filter((name) => name.endsWith('.fsl'));

test.each(programs.filter((name) => name !== 'leaky.fsl'))('%s', async (name) => {
  await using rig = await openRig('');
  await cp(pipelines, rig.folder, { recursive: true });
  const check = await rig.run(['check', name]);
  expect([check.code, check.stdout + check.stderr]).toEqual([0, '']);
  const plan = await rig.run(['plan', name, '--format', 'json']);
  expect([plan.code, plan.stderr]).toEqual([0, '']);
  const { summary } = JSON.parse(plan.stdout) as { readonly summary: { readonly run: number } };
  expect(summary.run).toBeGreaterThan(0);
});

test('leaky.fsl is refused, with the way of the leak, and nothing runs', async () => {
  await using rig = await openRig('no worker');
  const { code, stdout, stderr } = await rig.run([join(pipelines, 'leaky.fsl')]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.match(/error\[/g)).toHaveLength(1);
  expect(stderr).toContain(
    'error[leakage]: `score` measures on rows that the model has learnt from: extra -> model -> score',
  );
});

test('README.md has a paragraph on each of them, and data/README.md names each file of data', () => {
  const readme = readFileSync(join(pipelines, 'README.md'), 'utf8');
  for (const name of programs)
    expect(readme).toMatch(new RegExp(`^\\*\\*\\[${name}\\]\\(${name}\\)\\*\\* `, 'm'));
  const data = readFileSync(join(pipelines, 'data', 'README.md'), 'utf8');
  for (const name of readdirSync(join(pipelines, 'data')).filter((file) => file !== 'README.md'))
    expect(data).toContain(name);
});
