// Leaky programs and the nearest clean twin of each, in the folders of test/golden/leakage: `leaky.fsl` is refused, with the path
// that rows take, before anything runs; where only the data shows it (`runs`), when it is measured. `clean.fsl` is accepted.
// `npx vitest run test/cli/leakage.test.ts -u` writes the expectations anew.
import { cp } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';

const golden = join(import.meta.dirname, '..', 'golden', 'leakage');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

/** Found by the texts of rows, when they are measured. */
const runs = ['duplicates-across-files'];
/** Rows without labels are refused for what they lack. */
const codes: Readonly<Record<string, string>> = {
  unlabelled: 'needs-labels',
  'duplicates-across-files': 'overlap',
};

const cases = readdirSync(golden).filter((name) => name !== 'data');

test('there are at least twenty', () => {
  expect(cases.length).toBeGreaterThanOrEqual(20);
});

test.each(cases)('%s', async (name) => {
  await using rig = await openRig(worker, join(golden, name));
  await cp(join(golden, 'data'), rig.folder, { recursive: true });
  const command = runs.includes(name) ? [] : ['check'];
  const leaky = await rig.run([...command, 'leaky.fsl']);
  const said = leaky.stderr.slice(Math.max(0, leaky.stderr.search(/^error\[/m)));
  expect(leaky.code).toBe(runs.includes(name) ? 1 : 2);
  const found = [...said.matchAll(/^error\[([a-z-]+)\]/gm)].map(([, code]) => code);
  expect(new Set(found), said).toEqual(new Set([codes[name] ?? 'leakage']));
  if (codes[name] === undefined) expect(said).toMatch(/^error\[leakage\]: .* -> /m);
  await expect(said.replaceAll(rig.folder, '.')).toMatchFileSnapshot(join(golden, name, 'expected.txt'));
  const clean = await rig.run([...command, 'clean.fsl']);
  expect(clean.stderr).not.toContain('error[');
  expect(clean.code).toBe(0);
});
