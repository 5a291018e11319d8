// `fslrun diff`: what differs between two runs, and which runs are meant.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const program = `param shots: int = 2
param seeds: list<int> = [1, 2]
load rows { from: "rows.csv"  text: "text"  label: "label" }
each seed in seeds {
  split parts { from: rows  train: shots per label  test: 6  seed: seed }
  fine-tune model { model: "builtin:ngrams"  from: parts.train  method: prototype }
  evaluate score { model: model  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
}
`;

async function openProgram(): Promise<Rig> {
  const rig = await openRig(worker);
  const rows = Array.from(
    { length: 20 },
    (_, i) => `${i % 2 ? 'good day' : 'bad night'} ${i},${i % 2 ? 'a' : 'b'}`,
  );
  await rig.write('rows.csv', `text,label\n${rows.join('\n')}\n`);
  await rig.write('main.fsl', program);
  return rig;
}

/** Ids, the oldest first. */
async function runsOf(rig: Rig): Promise<readonly string[]> {
  const { runs } = JSON.parse((await rig.run(['runs', '--json'])).stdout) as { runs: { id: string }[] };
  return runs.map(({ id }) => id).reverse();
}

test('parameters, options, inputs and figures that differ', async () => {
  await using rig = await openProgram();
  await rig.run(['main.fsl', '--quiet']);
  await rig.run(['main.fsl', '--quiet', '--set', 'shots=4', '--set', 'seeds=[1, 3]']);
  const [before = '', after = ''] = await runsOf(rig);
  const { code, stdout } = await rig.run(['diff', before, after, '--format', 'json']);
  expect(code).toBe(0);
  const told = JSON.parse(stdout) as Record<string, unknown>;
  expect(told).toMatchObject({
    version: 1,
    runs: [before, after],
    parameters: [
      { name: 'shots', before: 2, after: 4 },
      { name: 'seeds', before: [1, 2], after: [1, 3] },
    ],
    same: 1,
  });
  expect(told['steps']).toEqual([
    { id: 'parts[seed=1]', reasons: [{ code: 'option_changed', path: 'train', before: { per_label: 2 }, after: { per_label: 4 } }] },
    { id: 'parts[seed=2]', only: 'before' },
    { id: 'model[seed=1]', reasons: [{ code: 'input_changed', path: 'from' }] },
    { id: 'model[seed=2]', only: 'before' },
    { id: 'score[seed=1]', reasons: [{ code: 'input_changed', path: 'model' }] },
    { id: 'score[seed=2]', only: 'before' },
    { id: 'parts[seed=3]', only: 'after' },
    { id: 'model[seed=3]', only: 'after' },
    { id: 'score[seed=3]', only: 'after' },
  ]); // prettier-ignore
  const figures = told['figures'] as { step: string; name: string; after?: number }[];
  expect(figures.find(({ step }) => step === 'score[seed=2]')).toMatchObject({ name: 'accuracy' });
  expect(figures.find(({ step }) => step === 'score[seed=2]')?.after).toBeUndefined();

  const { stdout: text } = await rig.run(['diff', before.slice(-6), after]);
  expect(text).toMatch(/^shots +2 -> 4$/m);
  expect(text).toMatch(/^parts\[seed=1\] +`train` 2 per label -> 4 per label$/m);
  expect(text).toMatch(/^score\[seed=3\] +a result in the second alone$/m);
  expect(text).toMatch(/^1 step made from the same\.$/m);
});

test('a run beside itself, and one whose results are gone', async () => {
  await using rig = await openProgram();
  await rig.run(['main.fsl', '--quiet']);
  await rig.run(['main.fsl', '--quiet', '--set', 'shots=3']);
  const [before = '', after = ''] = await runsOf(rig);
  expect((await rig.run(['diff', before, before])).stdout).toBe('7 steps made from the same.\n');
  await rm(join(rig.folder, '.fsl', 'actions'), { recursive: true });
  expect((await rig.run(['diff', before, after])).stdout).toMatch(
    /^parts\[seed=1\] +made from something else$/m,
  );
});

test('runs that there are not, or several', async () => {
  await using rig = await openProgram();
  await rig.run(['main.fsl', '--quiet']);
  await rig.run(['main.fsl', '--quiet']);
  const [id = ''] = await runsOf(rig);
  const refused = await rig.run(['diff', id, 'nope']);
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining('there is no run `nope` on this store'),
  ]);
  const several = await rig.run(['diff', id.slice(0, 4), id]);
  expect([several.code, several.stderr]).toEqual([
    2,
    expect.stringContaining('the beginning or the end of several runs'),
  ]);
});
