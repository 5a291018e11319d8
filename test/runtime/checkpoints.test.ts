// What a stopped, killed or lost worker leaves for the next attempt, and that nothing else is ever believed.
import { mkdirSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type * as Promises from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openCheckpoint, sweepCheckpoints, type CheckpointPlace } from '../../src/runtime/checkpoints.ts';
import { bundleRig, type Bundle } from './rig/bundle.ts';
import { countedRuns, folderWithData, runCounted, told } from './rig/prepared.ts';
import { kill, startRunner, type RunnerSettings } from './rig/processes.ts';
import { storeOf } from './rig/run.ts';
import { smallProgram, type SmallProgram } from './rig/small-program.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

/** What the disk says to the next writing, when it is asked to say something. */
const disk = vi.hoisted(() => ({ says: undefined as string | undefined }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof Promises>();
  return {
    ...real,
    open: async (...args: Parameters<typeof Promises.open>) => {
      const file = await real.open(...args);
      if (disk.says === undefined) return file;
      file.write = () => Promise.reject(Object.assign(new Error('write'), { code: disk.says }));
      return file;
    },
  };
});
beforeEach(() => {
  disk.says = undefined;
});

function place(folder: TemporaryFolder, more: Partial<CheckpointPlace> = {}): CheckpointPlace {
  mkdirSync(join(folder.path, 'drafts'), { recursive: true });
  return {
    folder: join(folder.path, 'checkpoints'),
    drafts: join(folder.path, 'drafts'),
    every: 30,
    signal: new AbortController().signal,
    note: () => undefined,
    used: () => undefined,
    ...more,
  };
}

const pieces = (...texts: readonly string[]): readonly Uint8Array[] =>
  texts.map((text) => new TextEncoder().encode(text));
const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes);

describe('a checkpoint', () => {
  test('is what was saved last under its name, in one file', async () => {
    using folder = temporaryFolder();
    const own = openCheckpoint('body', place(folder));
    expect(await own.load()).toBeUndefined();
    await own.save(pieces('one ', 'and two'));
    await openCheckpoint('head', place(folder)).save(pieces('other'));
    await own.save(pieces('one ', '', 'and three'));
    await own.save(pieces('one ', '', 'and three')); // the same again
    expect(textOf(await openCheckpoint('body', place(folder)).load())).toBe('one and three');
    expect(readdirSync(join(folder.path, 'checkpoints'))).toHaveLength(2);
    expect(readdirSync(join(folder.path, 'drafts'))).toEqual([]);
  });

  test.each([
    ['with one bit changed', (bytes: Buffer) => Buffer.from([(bytes[0] ?? 0) ^ 1, ...bytes.subarray(1)])],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['empty', () => Buffer.alloc(0)],
  ])('%s is not believed, and the one before it is where it is still there', async (_, damage) => {
    using folder = temporaryFolder();
    const own = openCheckpoint('body', place(folder));
    const directory = join(folder.path, 'checkpoints');
    await own.save(pieces('first'));
    const [first = ''] = readdirSync(directory);
    const bytes = readFileSync(join(directory, first));
    await own.save(pieces('second'));
    const [second = ''] = readdirSync(directory);
    const path = join(directory, second);
    const good = readFileSync(path);
    rmSync(path);
    writeFileSync(path, damage(good));
    expect(await own.load()).toBeUndefined();
    writeFileSync(path, damage(good));
    writeFileSync(join(directory, first), bytes);
    utimesSync(join(directory, first), 1, 1);
    expect(textOf(await own.load())).toBe('first');
    expect(readdirSync(directory)).toEqual([first]);
  });

  test.each([
    ['ENOSPC', 'there is no room left on the disk'],
    ['EIO', 'EIO'],
  ])('that the disk does not take (%s) is a note, once, and the one before it stays', async (code, said) => {
    using folder = temporaryFolder();
    const notes: string[] = [];
    const own = openCheckpoint('body', place(folder, { note: (message) => notes.push(message) }));
    await own.save(pieces('whole'));
    disk.says = code;
    await own.save(pieces('too much'));
    await own.save(pieces('too much again'));
    expect(notes).toEqual([expect.stringContaining(`no checkpoint could be kept: ${said}`)]);
    expect(textOf(await own.load())).toBe('whole');
    expect(readdirSync(join(folder.path, 'drafts'))).toEqual([]);
  });
});

test('what nobody came back for is swept, and the oldest where all take too much room', async () => {
  using folder = temporaryFolder();
  const store = storeOf(folder.path);
  store.create();
  const day = 24 * 3_600_000;
  const now = Date.now();
  for (const [key, age] of [
    ['new', 0],
    ['old', 3 * day],
    ['older', 6 * day],
    ['oldest', 8 * day],
  ] as const) {
    const own = store.path('checkpoints', key);
    await openCheckpoint('body', place(folder, { folder: own })).save([new Uint8Array(1000)]);
    utimesSync(own, (now - age) / 1000, (now - age) / 1000);
  }
  const left = (): readonly string[] => readdirSync(store.path('checkpoints')).sort();
  sweepCheckpoints(store, now);
  expect(left()).toEqual(['new', 'old', 'older']);
  sweepCheckpoints(store, now, 2500);
  expect(left()).toEqual(['new', 'old']);
});

const home = temporaryFolder();
let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleRig(home.path);
});
afterAll(() => home[Symbol.dispose]());

const steps = 30;
const program: SmallProgram = { seeds: [1], fit: { steps, each: 20 } };
const always = { FSL_CHECKPOINT_SECONDS: '0' };
const atTheEnd = { FSL_CHECKPOINT_SECONDS: '1000' };

/** Starts a runner and waits until the step has done some of its steps. */
async function halfDone(folder: TemporaryFolder, settings: RunnerSettings) {
  const runner = startRunner(bundle, folder.path, { program, ...settings });
  while (!runner.lines.some((line) => /"done":[5-9]/.test(line))) await sleep(5);
  return runner;
}

/** What the rest of the run does: where it went on, and which steps were done twice. */
async function rest(folder: TemporaryFolder, env: Readonly<Record<string, string>>) {
  const first = stepsIn(folder);
  const runner = startRunner(bundle, folder.path, { program, env });
  await runner.ended;
  const resumed = runner.lines.map((line) => /resumed at step (\d+) of/.exec(line)?.[1]).find(Boolean);
  return {
    done: runner.lines.at(-1)?.includes('"done"'),
    resumed: Number(resumed ?? 0),
    first: Math.max(...first),
    second: stepsIn(folder).slice(first.length),
    left: readdirSync(join(folder.path, '.fsl/checkpoints')),
  };
}

function stepsIn(folder: TemporaryFolder): readonly number[] {
  const log = readFileSync(join(folder.path, 'runs.log'), 'utf8').split('\n');
  return log.flatMap((line) => (line.startsWith('step ') ? [Number(line.slice('step '.length))] : []));
}

const after = (step: number): readonly number[] =>
  Array.from({ length: steps - step }, (_, i) => step + 1 + i);

describe('the next run goes on', () => {
  test.each(['worker', 'runner', 'runner and worker'] as const)(
    'after `kill -9` of the %s',
    async (victim) => {
      using folder = folderWithData();
      const runner = await halfDone(folder, { env: always });
      kill(runner, victim);
      await runner.ended;
      const said = runner.lines.join('\n');
      if (victim === 'worker')
        expect(said).toContain('finished steps are kept, and this one goes on from its checkpoint');
      await sleep(victim === 'runner' ? 200 : 0); // the orphan still writes into the log of the test
      const { done, resumed, second, left, first } = await rest(folder, always);
      expect(done).toBe(true);
      expect(resumed).toBeGreaterThanOrEqual(first - 1); // the last step was done, and perhaps not yet saved
      expect(second).toEqual(after(resumed));
      expect(left).toEqual([]);
    },
  );

  test('after Ctrl-C, from the step that was under way', async () => {
    using folder = folderWithData();
    const runner = await halfDone(folder, { env: atTheEnd });
    process.kill(-(runner.process.pid ?? 0), 'SIGINT');
    await runner.ended;
    const said = runner.lines.join('\n');
    expect(said).toContain('"step":"model[seed=1]","checkpoint":true');
    expect(said).toContain('"outcome":"interrupted"');
    const { done, resumed, second, first } = await rest(folder, atTheEnd);
    expect({ done, resumed }).toEqual({ done: true, resumed: first });
    expect(second).toEqual(after(first));
  });

  test('where the step ran out of time, in the next of its tries', async () => {
    using folder = folderWithData();
    // Longer than one try may take, shorter than all of them, on slow machines too.
    const slow = { ...program, fit: { steps, each: 90 }, fitCommon: { timeout: 2, retries: 9 } };
    const { result, events } = await runCounted(smallProgram(folder.path, slow), {
      folder: folder.path,
      workerPath: bundle.worker,
    });
    expect(result.outcome).toBe('done');
    expect(told(events, 'step-note').some(({ message }) => message.startsWith('resumed at step'))).toBe(true);
    const counted = countedRuns(join(folder.path, 'runs.log')).filter((line) => line.startsWith('step '));
    expect(counted).toHaveLength(steps);
  });
});

test('`--force` starts afresh, and a step of other options has no part in it', async () => {
  using folder = folderWithData();
  const runner = await halfDone(folder, { env: always });
  kill(runner, 'runner and worker');
  await runner.ended;
  const run = (change: SmallProgram, force: boolean) =>
    runCounted(smallProgram(folder.path, { ...program, fit: { steps: 20 }, ...change }), {
      folder: folder.path,
      workerPath: bundle.worker,
      force,
    });
  const other = await run({ epochs: 2 }, false);
  expect(other.ran.filter((line) => line.startsWith('step '))).toHaveLength(20);
  expect(readdirSync(join(folder.path, '.fsl/checkpoints'))).toHaveLength(1);
  const forced = await run({}, true);
  expect(forced.ran.filter((line) => line.startsWith('step '))).toHaveLength(20);
  expect(readdirSync(join(folder.path, '.fsl/checkpoints'))).toEqual([]);
});
