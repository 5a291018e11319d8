import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';

const example = join(import.meta.dirname, '..', 'golden', 'first');

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const program = (...predicts: readonly string[]): string => `fsl 1
load messages { from: "messages.csv"  text: "text"  label: "kind" }
fine-tune model { model: "builtin:ngrams"  from: messages  method: prototype }
${predicts.join('\n')}
`;
const labels = (name: string, to: string): string =>
  `predict ${name} { model: model  from: messages  to: "${to}" }`;

test('no input of the program is written over, by whatever name, and not with --force', async () => {
  await using rig = await openRig(worker, example);
  const input = join(rig.folder, 'messages.csv');
  const before = readFileSync(input);
  mkdirSync(join(rig.folder, 'sub'));
  symlinkSync(rig.folder, join(rig.folder, 'alias'));
  for (const to of ['messages.csv', './sub/../messages.csv', 'alias/messages.csv']) {
    await rig.write('p.fsl', program(labels('labelled', to)));
    for (const args of [['p.fsl'], ['p.fsl', '--force'], ['check', 'p.fsl'], ['plan', 'p.fsl']]) {
      const { code, stdout, stderr } = await rig.run(args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('error[output-clash]: `labelled` would write over');
      expect(stderr).toContain('`messages` reads it here');
    }
  }
  expect(readFileSync(input)).toEqual(before);
});

test('two steps do not write one file', async () => {
  await using rig = await openRig(worker, example);
  await rig.write('p.fsl', program(labels('a', 'out.csv'), labels('b', './out.csv')));
  const two = await rig.run(['p.fsl']);
  expect([two.code, two.stderr]).toEqual([2, expect.stringContaining('`a` and `b` would both write')]);
  expect(two.stderr).toContain('`a` writes it here');
  await rig.write(
    'p.fsl',
    program(`each n in [1, 2] { predict a { model: model  from: messages  top: n  to: "out.csv" } }`),
  );
  const instances = await rig.run(['check', 'p.fsl']);
  expect([instances.code, instances.stderr]).toEqual([2, expect.stringContaining('`"result-${n}.csv"`')]);
});

test('a file that was there before fails the run; one changed by hand is told also with --quiet', async () => {
  await using rig = await openRig(worker, example);
  await rig.write('p.fsl', program(labels('labelled', 'out.csv')));
  const file = join(rig.folder, 'out.csv');
  writeFileSync(file, 'mine');
  const foreign = await rig.run(['p.fsl']);
  expect([foreign.code, foreign.stderr]).toEqual([
    1,
    expect.stringContaining('error[foreign-file]: `out.csv` is there already and was not written by fslrun'),
  ]);
  expect(foreign.stdout).not.toContain('out.csv');
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect((await rig.run(['p.fsl', '--force', 'labelled'])).stdout).toContain('labelled: out.csv');
  expect(readFileSync(file, 'utf8')).not.toBe('mine');
  writeFileSync(file, 'mine again');
  const changed = await rig.run(['p.fsl', '--quiet']);
  expect([changed.code, changed.stderr]).toEqual([
    0,
    expect.stringContaining('warning[changed-file]: `out.csv` was changed by hand'),
  ]);
  expect(readFileSync(file, 'utf8')).toBe('mine again');
});
