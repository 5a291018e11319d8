// What labels a student has cost: those of a teacher, of the rows that chose it, and of a search for another teacher.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';

const data = join(import.meta.dirname, '..', 'golden', 'leakage', 'data');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

test('a row counts once, whoever has learnt from it or chosen with it', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await cp(data, rig.folder, { recursive: true });
  await rig.write(
    'main.fsl',
    `load messages { from: "messages.csv"  text: "message"  label: "intent" }
load more { from: "more.csv"  text: "message"  label: "intent" }
split parts { from: messages  test: 2 per label  validation: 2 per label  train: 4 per label  unlabelled: rest }
augment copies { from: parts.train  with: swap  copies: 2 }
fine-tune teacher { model: "builtin:ngrams"  from: copies  validation: parts.validation  method: head(c: auto) }
tune best {
  search: { c: choice(1, 10) }  method: grid  maximize: score.accuracy  from: more  on: parts.validation
  fine-tune candidate { model: "builtin:ngrams"  from: fold.train  method: head(c: search.c) }
  evaluate score { model: candidate  on: fold.validation }
}
distill student { teacher: [teacher, best.candidate]  student: "builtin:ngrams"  from: parts.unlabelled }
evaluate of_teacher { model: teacher  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
evaluate of_search  { model: best.candidate  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
evaluate of_student { model: student  on: parts.test  metrics: [accuracy]  bootstrap: 0 }`,
  );
  const ran = await rig.run(['main.fsl']);
  expect(ran.stderr).not.toContain('error[');
  const budget = async (name: string): Promise<unknown> => {
    const { stdout } = await rig.run(['show', 'main.fsl', name, '--format', 'json']);
    const { label_budget, labels_used } = JSON.parse(stdout) as Record<string, unknown>;
    return { label_budget, labels_used };
  };
  expect(await budget('of_teacher')).toEqual({ label_budget: { fitted: 8, selected: 4 }, labels_used: 12 });
  expect(await budget('of_search')).toEqual({ label_budget: { fitted: 10, selected: 4 }, labels_used: 14 });
  expect(await budget('of_student')).toEqual({ label_budget: { fitted: 18, selected: 4 }, labels_used: 22 });
});
