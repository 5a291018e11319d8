// gc in a process of its own: killed at any moment, and again and again beside runs.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damageOf } from '../../../src/runtime/cli/store-damage.ts';
import { gcFaultPoints } from '../../../src/runtime/fault.ts';
import { bundleRig, type Bundle } from '../rig/bundle.ts';
import { collect } from '../rig/collect.ts';
import { copyOf, countedRuns, folderWithData, runCounted } from '../rig/prepared.ts';
import { kill, startCollector, startRunner } from '../rig/processes.ts';
import { planOf, storeOf } from '../rig/run.ts';
import { smallProgram, type SmallProgram } from '../rig/small-program.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const home = temporaryFolder();
const original = folderWithData();
const older: SmallProgram = { train: 5 };
let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleRig(home.path);
  await runCounted(smallProgram(original.path, older), { folder: original.path });
  await runCounted(smallProgram(original.path), { folder: original.path });
  original.write('test.fsl', 'fsl 1\n');
});
afterAll(() => {
  home[Symbol.dispose]();
  original[Symbol.dispose]();
});

function statesOf(folder: string, program: SmallProgram): readonly string[] {
  return planOf(smallProgram(folder, program), { folder }).plan.steps.map(({ state }) => state);
}

async function damage(folder: string): Promise<readonly unknown[]> {
  return (await damageOf(storeOf(folder))).damaged;
}

describe('killed with SIGKILL, nothing is believed that is not there', () => {
  const points = gcFaultPoints.flatMap((point) => [`${point}:1`, `${point}:4`]);
  test.each(points.filter((point) => !/^gc-(moved|before-remembering):4$/.test(point)))(
    '%s',
    async (fault) => {
      using folder = copyOf(original.path);
      const collector = startCollector(bundle, folder.path, { olderThan: -1, fault });
      expect(await collector.ended).toBe('SIGKILL');
      expect(await damage(folder.path)).toEqual([]);
      expect(existsSync(join(folder.path, '.fsl/gc/trash'))).toBe(true);
      using byGc = copyOf(folder.path);

      // The next run puts back what was out of the way, and makes what is gone.
      expect(
        (await runCounted(smallProgram(folder.path, older), { folder: folder.path })).result.outcome,
      ).toBe('done');
      expect(existsSync(join(folder.path, '.fsl/gc/trash'))).toBe(false);
      expect(await damage(folder.path)).toEqual([]);
      for (const program of [older, {}])
        expect(statesOf(folder.path, program)).toEqual(Array(8).fill('cached'));

      // So does the next gc, and goes on.
      await collect(byGc.path, { limits: { olderThan: -1 } });
      expect(readdirSync(join(byGc.path, '.fsl/actions'))).toHaveLength(8);
      expect(await damage(byGc.path)).toEqual([]);
      expect(statesOf(byGc.path, {})).toEqual(Array(8).fill('cached'));
      expect(statesOf(byGc.path, older)[1]).toBe('run');
    },
  );
});

test('again and again beside runs: each is as it would be alone, and nothing that was made is made twice', async () => {
  using folder = copyOf(original.path);
  folder.write('runs.log', '');
  const collector = startCollector(bundle, folder.path, { olderThan: -1, again: true });
  const programs = [1, 2, 3, 4].map((n): SmallProgram => ({ wait: 15, seeds: [n + 10, n + 20, n + 30] }));
  const runners = programs.map((program) => startRunner(bundle, folder.path, { program, jobs: 2 }));
  for (const runner of runners) expect(await runner.ended).toBe(0);
  expect(collector.lines.length).toBeGreaterThan(3);
  process.kill(collector.process.pid ?? 0, 'SIGINT');
  expect(await collector.ended).toBe(0);
  for (const { lines } of runners) expect(lines.at(-1)).toContain('"outcome":"done"');
  // Three draws, models and scores a program, and its summary; the rows that all share were there.
  const ran = countedRuns(join(folder.path, 'runs.log'));
  expect(ran).toHaveLength(4 * 10);
  expect(await damage(folder.path)).toEqual([]);
  expect(readdirSync(join(folder.path, '.fsl/attempts'))).toEqual([]);
});

test('killed at some moment beside runs', async () => {
  using folder = copyOf(original.path);
  for (let i = 0; i < 4; i += 1) {
    const program: SmallProgram = { wait: 10, seeds: [20 + i, 30 + i] };
    const runner = startRunner(bundle, folder.path, { program });
    const collector = startCollector(bundle, folder.path, { olderThan: -1, again: true });
    while (collector.lines.length < 2) await sleep(5);
    await sleep(20 * i);
    kill(collector, 'runner');
    expect(await runner.ended).toBe(0);
    await collector.ended;
    expect(runner.lines.at(-1)).toContain('"outcome":"done"');
    await runCounted(smallProgram(folder.path, program), { folder: folder.path });
    expect(statesOf(folder.path, program)).toEqual(Array(8).fill('cached'));
    expect(await damage(folder.path)).toEqual([]);
  }
});
