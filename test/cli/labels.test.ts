// Programs on rows with several labels, on rows out of scope and on Chinese rows, through the command.
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EvaluationReport } from '../../src/stages/report.ts';
import { buildWorker, openRig, removeWorker } from './rig.ts';

const root = join(import.meta.dirname, '..', '..');
const shared = process.env['FSL_SHARED'] ?? join(root, '..', 'shared');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

test('topics.fsl runs, its report is shown, and its model labels texts', async () => {
  await using rig = await openRig(worker, join(root, 'pipelines'));
  const ran = await rig.run(['topics.fsl', 'chosen_score[seed=13]']);
  expect(ran.stderr).not.toContain('error');
  expect(ran.code).toBe(0);
  const shown = await rig.run(['show', 'topics.fsl', 'chosen_score[seed=13]']);
  expect(shown.stdout).toContain('`accuracy` is the share of rows that were given exactly their labels');
  expect(shown.stdout).toContain('(micro average)');
  const asked = ['predict', 'topics.fsl', 'chosen[seed=13]', 'The wifi was slow', '--format', 'json'];
  const predicted = await rig.run(asked);
  const [{ label, score }] = JSON.parse(predicted.stdout) as [{ label: string[]; score: number[] }];
  expect(label).toContain('wifi');
  expect(score).toHaveLength(label.length);
  const dry = await rig.run(['topics.fsl', '--set', 'shots=9', '--dry-run']);
  expect(dry.code).toBe(0);
}, 300_000);

test('what has no meaning for lists of labels is told before anything runs', async () => {
  await using rig = await openRig(worker, join(root, 'pipelines'));
  await rig.write(
    'wrong.fsl',
    `fsl 1
load comments { from: "data/hotels.jsonl"  text: "comment"  label: "topics" }
split parts { from: comments  train: 4 per label  test: rest }
fine-tune model { model: "builtin:ngrams"  from: parts.train  method: prototype }
evaluate score { model: model  on: parts.test  metrics: [mcc]  require: micro_f1 > 0.1 }
`,
  );
  const { code, stderr } = await rig.run(['check', 'wrong.fsl']);
  expect(code).toBe(2);
  expect(stderr).toContain('`prototype` knows one label a row, and these rows have lists of labels');
  expect(stderr).toContain('`mcc` has no meaning for these rows, which have lists of labels');
  expect(stderr).toContain('`micro_f1` is not measured here');
});

/** What the report of a step says, of a program that runs on data which are not part of the repository. */
async function measured(
  program: string,
  step: string,
  settings: readonly string[],
): Promise<EvaluationReport> {
  await using rig = await openRig(worker);
  await cp(join(root, 'bench/labels', `${program}.fsl`), join(rig.folder, 'program.fsl'));
  const set = [`shared=${JSON.stringify(shared)}`, ...settings].flatMap((one) => ['--set', one]);
  const ran = await rig.run(['program.fsl', step, ...set]);
  expect(ran.code, ran.stderr).toBe(0);
  const { stdout } = await rig.run(['show', 'program.fsl', step, ...set, '--format', 'json']);
  return JSON.parse(stdout) as EvaluationReport;
}

const there = (name: string): boolean => existsSync(join(shared, name));

test.skipIf(!there('data/nlupp_multilabel') || !there('models/all-MiniLM-L6-v2'))(
  'NLU++ beside its baselines (skipped without the data)',
  async () => {
    const report = await measured('nlupp', 'ngrams_score[seed=13]', ['shots=2']);
    expect(report.confusion).toBeNull();
    expect(report.rows).toBe(500);
    expect(report.metrics['micro_f1']?.value).toBeGreaterThan(0.4);
    expect(report.baselines['majority']?.['micro_f1']).toBe(0);
    expect(report.baselines['frozen_probe']).toBeDefined();
  },
  300_000,
);

test.skipIf(!there('data/hint3_faq_intents') || !there('models/all-MiniLM-L6-v2'))(
  'HINT3: questions out of scope (skipped without the data)',
  async () => {
    const report = await measured('hint3', 'ngrams_score[seed=13]', []);
    expect(report.out_of_scope).toMatchObject({ label: 'NO_NODES_DETECTED', rows: 144 });
    expect(report.metrics['oos_auroc']?.value).toBeGreaterThan(0.8);
    expect(report.metrics['accuracy']?.value).toBeGreaterThan(0.5);
  },
  300_000,
);

test.skipIf(!there('data/fewclue_eprstmt'))(
  'EPRSTMT: Chinese reviews above guessing (skipped without the data)',
  async () => {
    const report = await measured('eprstmt', 'prototype_score[draw=0]', []);
    expect(report.rows).toBe(610);
    expect(report.metrics['accuracy']?.low).toBeGreaterThan(report.baselines['majority']?.['accuracy'] ?? 1);
  },
  300_000,
);
