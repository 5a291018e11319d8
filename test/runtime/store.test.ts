import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/runtime/canonical.ts';
import { createDigester } from '../../src/runtime/digest-files.ts';
import { seal, unseal } from '../../src/runtime/durable.ts';
import { folderWithData, objectsOf, runCounted, told } from './rig/prepared.ts';
import { storeOf } from './rig/run.ts';
import { smallProgram } from './rig/small-program.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

test('one flipped bit anywhere in a record, or a cut, is noticed', () => {
  const text = seal({ key: 'abc', list: [1, 2, { x: 'ü' }] });
  expect(unseal(text)).toEqual({ key: 'abc', list: [1, 2, { x: 'ü' }] });
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += 1) {
    for (const bit of [1, 4, 32, 128]) {
      const flipped = Buffer.from(bytes);
      flipped[i] = (flipped[i] ?? 0) ^ bit;
      expect(unseal(flipped.toString('utf8'))).toBeUndefined();
    }
    expect(unseal(bytes.subarray(0, i).toString('utf8'))).toBeUndefined();
  }
});

test('a record under another key is not taken for it', async () => {
  using folder = folderWithData();
  await runCounted(smallProgram(folder.path), { folder: folder.path });
  const store = storeOf(folder.path);
  const [a = '', b = ''] = readdirSync(store.path('actions'));
  writeFileSync(store.path('actions', a), readFileSync(store.path('actions', b)));
  expect(store.action(a.replace('.json', '')).state).toBe('damaged');
  expect(store.action(b.replace('.json', '')).state).toBe('found');
});

test('publishing over a damaged object mends it', async () => {
  using folder = temporaryFolder();
  const store = storeOf(folder.path);
  store.create();
  const digest = sha256('good');
  const parts = { format: 1, numerics: 1, kind: 'k', version: 1, options: {}, inputs: {} };
  const files = [{ name: 'f', digest, size: 4 }];
  const outputs = { '': { type: 'files' as const, digest: 'd', files } };
  const action = {
    version: 1 as const,
    key: 'k',
    parts,
    outputs,
    seconds: 1,
    notes: [],
    versions: {},
    time: 1,
  };
  const publish = async (): Promise<void> => {
    const path = folder.write('.fsl/attempts/new', 'good');
    await store.publish({
      action,
      files: [{ path, digest }],
      drafts: store.path('attempts'),
      fault: () => undefined,
    });
  };
  await publish();
  const digests = createDigester(undefined);
  expect(store.flaw(action, digests)).toBeUndefined();
  writeFileSync(store.objectPath(digest), 'evil');
  expect(store.flaw(action, digests)).toEqual({ state: 'corrupt', path: 'f', digest });
  await publish();
  expect(store.flaw(action, digests)).toBeUndefined();
  store.discard(digest);
  expect(store.flaw(action, digests)).toEqual({ state: 'missing', path: 'f', digest });
});

/** Mounts a small disk over the store; needs root. */
function mounted(
  folder: TemporaryFolder,
  size: string,
): (Disposable & { grow(size: string): void }) | undefined {
  const target = join(folder.path, '.fsl');
  mkdirSync(target);
  const mount = (...options: readonly string[]): void => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', target], { stdio: 'ignore' });
  };
  try {
    mount(`size=${size}`);
  } catch {
    return undefined;
  }
  return {
    grow: (larger) => mount('remount', `size=${larger}`),
    [Symbol.dispose]: () => execFileSync('umount', [target], { stdio: 'ignore' }),
  };
}

test('a full disk is an error of the step, loses nothing that was finished, and leaves nothing half', async (context) => {
  using folder = folderWithData();
  using disk = mounted(folder, '600k');
  if (disk === undefined) return context.skip('mounting a small disk needs root');
  folder.write(
    'data.txt',
    Array.from({ length: 4000 }, (_, i) => `a row of some length, number ${i}\n`).join(''),
  );
  const program = smallProgram(folder.path, { seeds: [1, 2, 3, 4, 5, 6] });
  const { result, events } = await runCounted(program, { folder: folder.path });
  expect(result.outcome).toBe('failed');
  expect(result.executed).toBeGreaterThan(0);
  expect(told(events, 'step-failed')[0]?.diagnostics[0]?.code).toBe('disk-full');
  for (const { digest, path } of objectsOf(folder.path)) expect(sha256(readFileSync(path))).toBe(digest);
  expect(readdirSync(join(folder.path, '.fsl/attempts'))).toEqual([]);

  disk.grow('20m');
  const again = await runCounted(program, { folder: folder.path });
  expect(again.result).toMatchObject({ outcome: 'done', cached: result.executed });
});
