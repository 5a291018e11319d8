// The picture in README.md is what the command draws. What else README.md shows is looked at by pages.test.ts.
import { cp } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRig } from '../cli/rig.ts';

const root = join(import.meta.dirname, '..', '..');

test('docs/first.svg', async () => {
  await using rig = await openRig('no worker');
  await cp(join(root, 'pipelines'), join(rig.folder, 'pipelines'), { recursive: true });
  const graph = await rig.run(['graph', 'pipelines/first.fsl', '--format', 'svg']);
  expect(graph.stdout).toBe(readFileSync(join(root, 'docs/first.svg'), 'utf8'));
});
