// Texts of published test sets that recur in their train sets, through whole programs: learnt from as copies, taught by a teacher,
// chosen with. The graph sees two files; only the rows tell.
import { copyFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Outcome, type Rig } from './rig.ts';

const shared = join(import.meta.dirname, '../../../shared/data');
const present = existsSync(shared);
let worker = '';
beforeAll(async () => {
  if (present) worker = await buildWorker();
});
afterAll(async () => {
  if (present) await removeWorker(worker);
});

async function runOn(rig: Rig, files: readonly string[], program: string): Promise<Outcome> {
  for (const file of files)
    await copyFile(join(shared, file), join(rig.folder, file.split('/').at(-1) ?? ''));
  await rig.write('main.fsl', program);
  return rig.run(['main.fsl']);
}

async function shown(rig: Rig, stage: string): Promise<unknown> {
  return JSON.parse((await rig.run(['show', 'main.fsl', stage, '--format', 'json'])).stdout);
}

const bank = ['banking77/train.csv', 'banking77/test.csv'];
const bankLoads = `load learnt   { from: "train.csv"  label: "category" }
load measured { from: "test.csv"   label: "category" }
`;
const sentences = (file: string): string =>
  `{ from: "${file}"  format: text  pattern: "{label} {text}"  text: "text"  label: "label" }`;

describe.skipIf(!present)(
  `recurring texts${present ? '' : ' (skipped: the shared data is not beside the repository)'}`,
  { timeout: 120_000 },
  () => {
    test('seven of Banking77 are found behind copies that replace their rows', async () => {
      await using rig = await openRig(worker);
      const refused = await runOn(
        rig,
        bank,
        `${bankLoads}
augment changed { from: learnt  with: swap  keep_original: false }
fine-tune model { model: "builtin:ngrams"  from: changed  method: prototype }
evaluate score  { model: model  on: measured  metrics: [accuracy]  bootstrap: 0 }`,
      );
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/7 of the 3,?080 rows are among those the model was fitted on/);
    });

    test('and behind the teacher of a student that has seen none of them', async () => {
      await using rig = await openRig(worker);
      const refused = await runOn(
        rig,
        [...bank, 'sst/stsa.binary.dev'],
        `${bankLoads}
load others ${sentences('stsa.binary.dev')}
split pool { from: others  unlabelled: 100 }
fine-tune teacher { model: "builtin:ngrams"  from: learnt  method: prototype }
distill student { teacher: teacher  student: "builtin:ngrams"  from: pool.unlabelled }
evaluate score  { model: student  on: measured  metrics: [accuracy]  bootstrap: 0 }`,
      );
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/7 of the 3,?080 rows are among those the model was fitted on/);
    });

    test.each(['fine', 'binary'])('two of SST (%s) that only chose the model are told', async (kind) => {
      await using rig = await openRig(worker);
      const file = (part: string): string => `stsa.${kind}.${part}`;
      const ran = await runOn(
        rig,
        ['train', 'dev', 'test'].map((part) => `sst/${file(part)}`),
        `load dev      ${sentences(file('dev'))}
load chosen   ${sentences(file('train'))}
load measured ${sentences(file('test'))}
split parts { from: dev  train: 8 per label }
fine-tune model { model: "builtin:ngrams"  from: parts.train  validation: chosen  method: head(c: auto) }
evaluate score  { model: model  on: measured  metrics: [accuracy]  bootstrap: 0 }`,
      );
      expect(ran.stderr).not.toContain('error[');
      expect(ran.stdout).toMatch(/2 of the \d+ rows helped to choose or to calibrate the model/);
      expect(await shown(rig, 'score')).toMatchObject({
        label_budget: { fitted: kind === 'fine' ? 40 : 16, selected: kind === 'fine' ? 8544 : 6920 },
      });
    });
  },
);
