import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../src/runtime/event.ts';
import { evaluationText } from '../../src/runtime/report/evaluation-text.ts';
import { paint } from '../../src/runtime/report/paint.ts';
import { reportJson } from '../../src/runtime/report/report-json.ts';
import { runText, type RunSummary } from '../../src/runtime/report/run-text.ts';
import { comparison, evaluationOf } from './samples.ts';

const plain = paint(false);
const done: RunResult = {
  outcome: 'done',
  seconds: 12.3,
  executed: 3,
  cached: 5,
  failed: 0,
  skipped: 0,
  reports: [
    { step: 'score[seed=13]', report: evaluationOf(0.85), marks: [] },
    { step: 'summary', report: comparison(), marks: [] },
  ],
};
const text = (result: Partial<RunResult>, columns = 100, more: Partial<RunSummary> = {}): string =>
  `\n${runText(
    {
      result: { ...done, ...result },
      requirements: [{ step: 'summary', text: 'accuracy >= 0.9', held: false, detail: '0.85' }],
      outputs: [{ step: 'labelled', path: 'out.csv' }],
      store: '.fsl',
      program: 'my first.fsl',
      flags: '',
      targets: [],
      stages: 4,
      columns,
      ...more,
    },
    plain,
  )}`;

describe('the end of a run', () => {
  test('shows reports, checks, requirements, time, cache and places', () => {
    expect(text({})).toBe(`
report         accuracy               macro_f1  majority  rows  labels used
─────────────  ─────────────────────  ────────  ────────  ────  ───────────
score seed=13  0.850 [0.800 … 0.890]  0.840        0.500   100           16
majority: the accuracy anyone gets for free.

! score seed=13: 2 rows of the test are in the training rows

summary
metric    of  mean ± sd      95 % interval  range          n
────────  ──  ─────────────  ─────────────  ─────────────  ─
accuracy  a   0.850 ± 0.013  0.818 … 0.882  0.840 … 0.870  3
accuracy  b   0.800                         0.840 … 0.870  3
16 labelled examples used

metric    difference    mean  95 % interval    pairs  test  p (Holm)
────────  ──────────  ──────  ───────────────  ─────  ────  ────────
accuracy  a - b       +0.050  -0.010 … +0.110      3  t        0.060

! what to know

✘ summary: accuracy >= 0.9 does not hold (0.85)

Done after 12 s: 3 steps run, 5 cached (63 %).
labelled: out.csv
Results are in .fsl; \`fslrun show 'my first.fsl' 'score[seed=13]'\` shows one in full.
`);
  });

  test('folds many instances into their spread', () => {
    const reports = Array.from({ length: 20 }, (_, i) => ({
      step: `score[seed=${i}]`,
      report: evaluationOf(0.8 + i / 200),
      marks: [],
    }));
    expect(text({ reports })).toContain('score ×20  0.847 (0.800 … 0.895)');
    expect(text({ reports })).toContain('\n! score ×20: 2 rows of the test are in the training rows\n\n');
  });

  test('shows on the face of a report what its reader has to know', () => {
    const marks = [{ name: 'allowed-leakage', message: 'a published split' }] as const;
    const shown = text({
      reports: [
        { step: 'score', report: evaluationOf(0.85), marks },
        { step: 'summary', report: comparison(), marks },
      ],
    });
    expect(shown).toMatch(/^score \(leakage allowed\) {2}0\.850/m);
    expect(shown).toContain('\n! score: leakage allowed: a published split\n');
    expect(shown).toContain('\nsummary\n! leakage allowed: a published split\n');
    expect(evaluationText(evaluationOf(0.85), marks, plain)).toMatch(
      /^! leakage allowed: a published split\n/,
    );
    expect(reportJson('score', evaluationOf(0.85), marks)['marks']).toEqual(marks);
  });

  test('says once that its rows have helped to choose the model: which way, and how many', () => {
    const marks = [{ name: 'optimistic', message: 'too good: parts.validation -> chosen' }] as const;
    const doubt = { name: 'optimistic', message: '8 of the 21 rows helped to choose, so the figures are' };
    const other = { name: 'duplicates', message: '2 rows repeat others' };
    const report = { ...evaluationOf(0.85), checks: [doubt, other] };
    const both = 'too good: parts.validation -> chosen; 8 of the 21 rows helped to choose';
    const shown = text({ reports: [{ step: 'score', report, marks }] });
    expect(shown).toContain(`\n! score: optimistic: ${both}\n! score: 2 rows repeat others\n`);
    expect(shown.match(/helped/g)).toHaveLength(1);
    const alone = evaluationText(report, marks, plain);
    expect(alone).toMatch(new RegExp(`^! optimistic: ${both}\n`));
    expect(alone.match(/helped/g)).toHaveLength(1);
    expect(reportJson('score', report, marks)).toMatchObject({
      checks: [other],
      marks: [{ name: 'optimistic', message: both }],
    });
    expect(reportJson('score', report, [])['checks']).toEqual([doubt, other]);
  });

  test('shows words of the program and of the data without letting them act on the terminal', () => {
    const wild = 'a\u001b[31mb\nc\u202ed\u2066e\u009b';
    const tame = 'a\uFFFD[31mb\uFFFDc\uFFFDd\uFFFDe\uFFFD';
    const report = {
      ...evaluationOf(0.85),
      labels: [wild],
      per_label: [{ label: wild, precision: 1, recall: 1, f1: 1, support: 3 }],
      slices: { [wild]: [{ value: wild, rows: 3, metrics: { accuracy: 1 } }] },
      checks: [{ name: 'absent_labels', message: wild }],
    };
    const marks = [{ name: 'allowed-leakage', message: wild }] as const;
    const compared = { ...comparison(), notes: [wild] };
    for (const said of [
      evaluationText(report, marks, plain),
      text({
        reports: [
          { step: `score[k=${wild}]`, report, marks },
          { step: 'summary', report: compared, marks },
        ],
      }),
    ]) {
      expect(said.match(/[^\n\P{Cc}]|[\u202a-\u202e\u2066-\u2069]/u)).toBeNull();
      expect(said.split(tame).length).toBeGreaterThan(4);
    }
  });

  test('keeps to the width of the terminal as long as it can', () => {
    expect(text({}, 60)).toContain('\nscore seed=13  0.850     0.840        0.500   100           16\n');
  });

  test('says when nothing had to be done, when something failed, and how to go on', () => {
    expect(text({ executed: 0, cached: 8 })).toContain('Everything is cached: 8 steps, nothing to run.');
    expect(text({ outcome: 'failed', failed: 1, skipped: 2 })).toContain(
      'Failed after 12 s: 3 steps run, 5 cached (45 %), 1 failed, 2 not tried.',
    );
    expect(text({ outcome: 'interrupted' })).toContain(
      "Finished work is kept: `fslrun 'my first.fsl'` goes on",
    );
  });

  test('suggests commands with the flags and targets of this run', () => {
    const more = { flags: " --set 'a=b c' --store here", targets: ['score[seed=1]'] };
    const ended = text({ outcome: 'interrupted' }, 100, more);
    expect(ended).toContain("fslrun show 'my first.fsl' 'score[seed=13]' --set 'a=b c' --store here`");
    expect(ended).toContain("`fslrun 'my first.fsl' 'score[seed=1]' --set 'a=b c' --store here` goes on");
  });

  test('says when there is nothing that could run', () => {
    const nothing = { executed: 0, cached: 0, reports: [] };
    expect(text(nothing, 100, { stages: 0 })).toContain('Nothing to run: the program has no stages.');
    expect(text(nothing)).toContain('Name a stage to run it.');
  });
});

describe('a report', () => {
  test('in full shows every figure', () => {
    const full = evaluationText(evaluationOf(0.85), [], plain);
    expect(full).toContain('accuracy  0.850  0.800 … 0.890     0.500');
    expect(full).toContain('no                40   10');
    expect(full).toContain('yes        0.820   0.910  0.863    50');
    expect(full).toContain(
      '100 rows, 16 labelled examples used; interval: bootstrap over 100 rows, 1000 draws',
    );
  });

  test('as JSON has the shape that scripts rely on', () => {
    expect(Object.keys(reportJson('score', evaluationOf(0.85), []))).toEqual(
      'stage metrics per_label confusion labels rows labels_used label_budget baselines slices checks interval marks'.split(
        ' ',
      ),
    );
    const { metrics } = reportJson('summary', { ...comparison(), names: ['a'] }, []);
    expect(metrics).toMatchObject({
      accuracy: { mean: 0.85, sd: 0.013, n: 3, low: 0.818, high: 0.882, differences: [{ p_holm: 0.06 }] },
    });
  });
});
