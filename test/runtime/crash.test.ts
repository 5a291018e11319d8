import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/runtime/canonical.ts';
import { faultPoints } from '../../src/runtime/fault.ts';
import { bundleRig, type Bundle } from './rig/bundle.ts';
import { countedRuns, folderWithData, objectsOf, runCounted } from './rig/prepared.ts';
import { kill, startRunner, type Victim } from './rig/processes.ts';
import { storeOf } from './rig/run.ts';
import { smallProgram } from './rig/small-program.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

const home = temporaryFolder();
const undisturbed = folderWithData();
let bundle: Bundle;
let expected: readonly string[];
beforeAll(async () => {
  bundle = await bundleRig(home.path);
  await runCounted(smallProgram(undisturbed.path), { folder: undisturbed.path });
  expected = resultsOf(undisturbed.path);
});
afterAll(() => {
  home[Symbol.dispose]();
  undisturbed[Symbol.dispose]();
});

/** Keys with what they led to. */
function resultsOf(folder: string): readonly string[] {
  const store = storeOf(folder);
  return readdirSync(store.path('actions')).map((name) => {
    const lookup = store.action(name.replace('.json', ''));
    if (lookup.state !== 'found') throw new Error(`${name} is ${lookup.state}`);
    return `${name} ${Object.values(lookup.action.outputs)
      .map(({ digest }) => digest)
      .join(' ')}`;
  });
}

function expectWholeObjects(folder: string): void {
  for (const { digest, path } of objectsOf(folder)) expect(sha256(readFileSync(path))).toBe(digest);
}

/** After whatever happened: no object is wrong, and the same command gives what an undisturbed run gives. */
async function expectMended(folder: TemporaryFolder): Promise<void> {
  const { path } = folder;
  if (existsSync(join(path, '.fsl/objects'))) expectWholeObjects(path);
  const { result } = await runCounted(smallProgram(path), { folder: path });
  expect(result.outcome).toBe('done');
  expect(resultsOf(path)).toEqual(expected);
  expectWholeObjects(path);
  const again = await runCounted(smallProgram(path), { folder: path });
  expect(again.result).toMatchObject({ outcome: 'done', executed: 0 });
  expect(readdirSync(join(path, '.fsl/attempts'))).toEqual([]);
  expect(readdirSync(join(path, '.fsl/claims'))).toEqual([]);
  expect(readdirSync(join(path, '.fsl/running'))).toEqual([]);
}

describe('killed with SIGKILL inside publication, the next run mends it', () => {
  test.each(faultPoints.flatMap((point) => [`${point}:1`, `${point}:3`]))('%s', async (fault) => {
    using folder = folderWithData();
    const runner = startRunner(bundle, folder.path, { env: { FSL_FAULT: fault } });
    const end = await runner.ended;
    // A point in the worker kills the worker, and the runner says so; one in the runner kills the runner.
    const inWorker = fault.startsWith('after-write') || fault.startsWith('before-sync');
    expect(end).toBe(inWorker ? 0 : 'SIGKILL');
    if (inWorker) expect(runner.lines.join('\n')).toContain('worker-died');
    await expectMended(folder);
  });
});

describe('killed with SIGKILL at some moment, the next run mends it', () => {
  const moments = [0, 40, 120, 250];
  const victims: readonly Victim[] = ['runner', 'worker', 'runner and worker'];
  test.each(victims.flatMap((victim) => moments.map((moment) => [victim, moment] as const)))(
    'the %s, %i ms after the first step started',
    async (victim, moment) => {
      using folder = folderWithData();
      const runner = startRunner(bundle, folder.path, { program: { wait: 40 } });
      while (!runner.lines.some((line) => line.includes('step-started'))) await sleep(5);
      await sleep(moment);
      kill(runner, victim);
      if (victim === 'runner')
        await sleep(0); // its workers may still be busy: the next run starts at once
      else await runner.ended;
      await expectMended(folder);
      await runner.ended;
    },
  );
});

test('a worker ends when its runner does', async () => {
  using folder = folderWithData();
  const runner = startRunner(bundle, folder.path, { program: { wait: 60_000 } });
  while (!runner.lines.some((line) => line.includes('step-finished'))) await sleep(5);
  await sleep(50);
  kill(runner, 'runner');
  await runner.ended; // closes only once no worker holds its end of the pipe either
  for (let tries = 0; tries < 100 && livingIn(runner.process.pid ?? 0); tries += 1) await sleep(50);
  expect(livingIn(runner.process.pid ?? 0)).toBe(false);
});

/** Whether any process of the group is there. */
function livingIn(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

test('Ctrl-C reaches the workers too, and they leave the decision to the runner', async () => {
  using folder = folderWithData();
  const runner = startRunner(bundle, folder.path, { program: { fit: { wait: 60_000 } } });
  while (!runner.lines.some((line) => line.includes('step-progress'))) await sleep(5);
  process.kill(-(runner.process.pid ?? 0), 'SIGINT');
  expect(await runner.ended).toBe(0);
  expect(runner.lines.join('\n')).toContain('"outcome":"interrupted"');
  expect(runner.lines.join('\n')).not.toContain('worker-died');
});

test('two runners at once run each step once, and one says whom it waits for', async () => {
  using folder = folderWithData();
  // Long enough for the second to start while the first is at work, however busy the machine is.
  const program = { wait: 800 };
  const runners = [
    startRunner(bundle, folder.path, { program }),
    startRunner(bundle, folder.path, { program }),
  ];
  expect(await Promise.all(runners.map(({ ended }) => ended))).toEqual([0, 0]);
  for (const { lines } of runners) expect(lines.at(-1)).toContain('"outcome":"done"');
  expect(countedRuns(join(folder.path, 'runs.log'))).toEqual(
    ['fit', 'fit', 'gather', 'pick', 'pick', 'score', 'score', 'source'].sort(),
  );
  const waits = runners.flatMap(({ lines }, i) =>
    lines
      .filter((line) => line.includes('step-waiting'))
      .map((line) => ({ other: runners[1 - i]?.process.pid, ...(JSON.parse(line) as { pid: number }) })),
  );
  expect(waits.length).toBeGreaterThan(0);
  for (const { pid, other } of waits) expect(pid).toBe(other);
  expect(resultsOf(folder.path)).toEqual(expected);
});

test('keys and results are the same from elsewhere, in another language, time zone and temporary folder', async () => {
  using folder = temporaryFolder();
  folder.write('temporary/file', '');
  folder.write('some where/ünïcode/data.txt', readFileSync(join(undisturbed.path, 'data.txt')));
  const elsewhere = join(folder.path, 'some where/ünïcode');
  const env = {
    TZ: 'Pacific/Chatham',
    LANG: 'tr_TR.UTF-8',
    LC_ALL: 'tr_TR.UTF-8',
    TMPDIR: join(folder.path, 'temporary'),
  };
  const runner = startRunner(bundle, elsewhere, { env, cwd: '/', jobs: 1 });
  expect(await runner.ended).toBe(0);
  expect(resultsOf(elsewhere)).toEqual(expected);
});

test('a moved checkout keeps its cache, and knows what changed', async () => {
  using folder = temporaryFolder();
  const moved = join(folder.path, 'moved');
  cpSync(undisturbed.path, moved, { recursive: true });
  const options = { folder: moved };
  expect((await runCounted(smallProgram(moved), options)).ran).toEqual([]);
  const { planned } = await runCounted(smallProgram(moved, { epochs: 2 }), options);
  const reasons = planned.plan.steps.filter(({ state }) => state === 'run').flatMap(({ reasons }) => reasons);
  expect(reasons.map(({ code, path }) => [code, path])).toEqual([
    ['option_changed', 'epochs'],
    ['option_changed', 'epochs'],
  ]);
});

test('a store of a newer version is refused, not touched', async () => {
  using folder = folderWithData();
  folder.write('.fsl/format', '99\n');
  const options = { folder: folder.path };
  await expect(runCounted(smallProgram(folder.path), options)).rejects.toThrow(
    'written by a newer version of FSL',
  );
  writeFileSync(join(folder.path, '.fsl/format'), 'x');
  await expect(runCounted(smallProgram(folder.path), options)).rejects.toThrow('unknown format `x`');
  expect(readdirSync(join(folder.path, '.fsl'))).toEqual(['format']);
});
