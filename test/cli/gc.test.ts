import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';

const example = join(import.meta.dirname, '..', 'golden', 'first');

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

/** A program that has run twice, with other settings. */
async function openUsed(): Promise<Rig> {
  const rig = await openRig(worker, example);
  await rig.run(['pipeline.fsl', '--set', 'shots=2', '--quiet']);
  await rig.run(['pipeline.fsl', '--quiet']);
  return rig;
}

const today = new Date().toISOString().slice(0, 10);

describe('a store that has been used', () => {
  test('what would go, that it goes, and what is said of it afterwards', async () => {
    await using rig = await openUsed();
    const records = (): number => readdirSync(join(rig.folder, '.fsl/actions')).length;
    const before = records();

    const nothing = await rig.run(['gc']);
    expect([nothing.code, nothing.stderr]).toEqual([0, '']);
    expect(nothing.stdout).toMatch(
      /^Nothing to free: \.fsl has [\d.]+ [KM]B\.\n15 results stay \([\d.]+ [KM]B\): 8 of the newest run of 1 program, 7 others\.\n/,
    );

    const asked = await rig.run(['gc', '--older-than', '0s', '--dry-run']);
    expect(asked.stdout).toMatch(
      /fine-tune model of pipeline\.fsl +2 +[\d.]+ KB +\d{4}-\d\d-\d\d +[\d.]+ s +unused for longer than `--older-than`/,
    );
    expect(asked.stdout).toMatch(/^Would free [\d.]+ KB of [\d.]+ [KM]B in \.fsl\. Nothing was removed\.$/m);
    expect(records()).toBe(before);

    const freed = await rig.run(['gc', '--older-than', '0s', '--json']);
    const told = JSON.parse(freed.stdout) as Record<string, unknown> & {
      removed: { what: string; why: string; program?: string; step?: string }[];
      size: number;
      freed: number;
      left: number;
    };
    expect(told).toMatchObject({
      version: 1,
      store: '.fsl',
      dry_run: false,
      stays: { running: 0, newest: 8, recent: 0 },
      spared: 0,
      failed: [],
      foreign: [],
      interrupted: false,
    });
    expect(told.freed).toBe(told.size - told.left);
    const results = told.removed.filter(({ what }) => what === 'result');
    expect(results.map(({ step }) => step).sort()).toEqual([
      'model[seed=1]',
      'model[seed=2]',
      'parts[seed=1]',
      'parts[seed=2]',
      'score[seed=1]',
      'score[seed=2]',
      'summary',
    ]);
    expect(new Set(results.map(({ program, why }) => `${program} ${why}`))).toEqual(
      new Set(['pipeline.fsl unused']),
    );
    expect(records()).toBe(8);

    // The newest run is as it was.
    expect((await rig.run(['plan', 'pipeline.fsl', '--detailed-exitcode'])).code).toBe(0);
    expect((await rig.run(['verify'])).code).toBe(0);

    const plan = await rig.run(['plan', 'pipeline.fsl', '--set', 'shots=2']);
    expect(plan.stdout).toContain(`removed by \`fslrun gc\` on ${today}, to be made again`);
    const shown = await rig.run(['show', 'pipeline.fsl', 'parts[seed=1]', '--set', 'shots=2']);
    expect(shown.code).toBe(1);
    expect(shown.stderr).toContain(
      `the result of \`parts[seed=1]\` was removed by \`fslrun gc\` on ${today}`,
    );
    expect(shown.stderr).toContain('`fslrun pipeline.fsl parts --set shots=2` makes it again');
    const behind = await rig.run(['predict', 'pipeline.fsl', 'model[seed=1]', 'text', '--set', 'shots=2']);
    expect(behind.code).toBe(1);
    expect(behind.stderr).toContain('`model[seed=1]` has no result: what it is made from was removed by');

    const runs = await rig.run(['runs']);
    expect(runs.stdout).toMatch(/removed by gc[^]*shots=\d[^]*7 results +.*shots=2/);
    const { runs: recorded } = JSON.parse((await rig.run(['runs', '--json'])).stdout) as {
      runs: { id: string; steps: { removed?: boolean }[] }[];
    };
    expect(recorded.map(({ steps }) => steps.filter(({ removed }) => removed).length)).toEqual([0, 7]);
    const [newer, older] = recorded.map(({ id }) => id);
    const diff = await rig.run(['diff', older ?? '', newer ?? '']);
    expect(diff.code).toBe(0);
    expect(diff.stdout).toContain('`train` 2 per label ->'); // what they were made from is known all the same
    expect(diff.stdout).toContain(
      `\`fslrun gc\` has removed 7 results of ${older}: parts, model, score, summary.`,
    );

    const again = await rig.run(['pipeline.fsl', '--set', 'shots=2']);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('; `fslrun gc` has removed 2 results, which are made again');
    expect((await rig.run(['runs'])).stdout).not.toContain('removed by gc');
  });

  test('a size that cannot be reached is said, and is no failure', async () => {
    await using rig = await openUsed();
    const { code, stdout } = await rig.run(['gc', '--max-size', '1KB']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /The store has [\d.]+ [KM]B more than `--max-size`: the rest is needed, or is no result\./,
    );
    const json = await rig.run(['gc', '--max-size', '1KB', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      freed: 0,
      over: expect.any(Number) as number,
      removed: [],
    });
  });

  test('Ctrl-C before anything was removed', async () => {
    await using rig = await openUsed();
    const { code, stdout, stderr } = await rig.run(['gc', '--older-than', '0s'], {
      prepare: (host) => {
        const listen = host.onInterrupt.bind(host);
        host.onInterrupt = (listener) => {
          const release = listen(listener);
          host.interrupt();
          return release;
        };
      },
    });
    expect([code, stdout]).toEqual([130, 'Interrupted: nothing was removed.\n']);
    expect(stderr).toContain('Interrupted: stopping');
    expect(readdirSync(join(rig.folder, '.fsl/actions'))).toHaveLength(15);
    expect(readdirSync(join(rig.folder, '.fsl/attempts'))).toEqual([]);
  });
});

describe('what is no store', () => {
  test('none: nothing to free, and none is made', async () => {
    await using rig = await openRig(worker);
    const { code, stdout } = await rig.run(['gc']);
    expect([code, stdout]).toEqual([0, 'There is no store at .fsl: nothing to free.\n']);
    expect(existsSync(join(rig.folder, '.fsl'))).toBe(false);
    expect(JSON.parse((await rig.run(['gc', '--json'])).stdout)).toMatchObject({ removed: [], freed: 0 });
  });

  test('another folder, or a file, is left alone', async () => {
    await using rig = await openRig(worker);
    await mkdir(join(rig.folder, 'mine/attempts/thesis'), { recursive: true });
    await writeFile(join(rig.folder, 'mine/attempts/thesis/chapter.md'), 'years of work');
    const folder = await rig.run(['gc', '--store', 'mine', '--older-than', '0s']);
    expect(folder.code).toBe(2);
    expect(folder.stderr).toContain('`mine` is not a store of FSL: it has no file `format`');
    expect(existsSync(join(rig.folder, 'mine/attempts/thesis/chapter.md'))).toBe(true);
    const file = await rig.run(['gc', '--store', 'package.json']);
    expect([file.code, file.stderr]).toEqual([2, expect.stringContaining('cannot be used') as string]);
  });

  test('a store of another version', async () => {
    await using rig = await openUsed();
    await writeFile(join(rig.folder, '.fsl/format'), '99\n');
    const { code, stderr } = await rig.run(['gc']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('was written by a newer version') as string]);
  });

  test('a store of which only a part is there', async () => {
    await using rig = await openUsed();
    for (const name of ['attempts', 'claims', 'running', 'runs', 'cache'])
      await rm(join(rig.folder, '.fsl', name), { recursive: true });
    for (const args of [['gc', '--dry-run'], ['gc']]) expect((await rig.run(args)).code).toBe(0);
    expect((await rig.run(['plan', 'pipeline.fsl', '--detailed-exitcode'])).code).toBe(0);
  });
});

describe('limits', () => {
  test.each([
    ['--older-than', '30', 'a duration has a unit: `45m`, `12h`, `30d` or `2w`'],
    ['--older-than', '2 weeks', 'a duration has a unit'],
    ['--older-than', '20GB', 'a duration has a unit'],
    ['--older-than', '-5d', 'a duration has a unit'],
    ['--max-size', '20', 'a size has a unit, with 1 KB = 1,000 B: `500MB`, `20GB` or `1TB`'],
    ['--max-size', '20GiB', 'a size has a unit'],
    ['--max-size', '30d', 'a size has a unit'],
  ])('%s %s', async (flag, value, hint) => {
    await using rig = await openRig(worker);
    const { code, stderr } = await rig.run(['gc', `${flag}=${value}`]);
    expect(code).toBe(2);
    expect(stderr).toContain(`\`${value}\` is not allowed for \`${flag}\``);
    expect(stderr).toContain(`hint: ${hint}`);
  });

  test.each(['90s', '45m', '12h', '30d', '2w', '1.5w'])('--older-than %s', async (value) => {
    await using rig = await openRig(worker);
    expect((await rig.run(['gc', '--older-than', value])).code).toBe(0);
  });
});
