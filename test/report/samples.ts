// Plans and reports written by hand, for the tests of everything that draws them.
import type { Plan, PlannedStep, StepState } from '../../src/runtime/plan.ts';
import type { ComparisonReport, EvaluationReport } from '../../src/stages/report.ts';

type Row = readonly [id: string, kind: string, inputs: readonly string[], state: StepState, why?: string];

export function planOf(rows: readonly Row[], program = 'first.fsl'): Plan {
  const steps = rows.map(([id, kind, inputs, state, why = '']): PlannedStep => ({
    id,
    kind,
    state,
    why,
    reasons: why === '' ? [] : [{ code: 'never_ran' }],
    inputs,
  }));
  const count = (state: StepState): number => steps.filter((step) => step.state === state).length;
  return {
    version: 1,
    program,
    steps,
    edges: steps.flatMap((step) => step.inputs.map((input) => [input, step.id] as const)),
    summary: { cached: count('cached'), run: count('run'), pending: count('pending') },
  };
}

/** Three seeds; what one of them learns from has changed. */
export function seedsPlan(): Plan {
  const seeds = [13, 21, 42];
  return planOf([
    ['messages', 'load', [], 'cached'],
    ...seeds.flatMap((seed): readonly Row[] => [
      [`parts[seed=${seed}]`, 'split', ['messages'], 'cached'],
      seed === 42
        ? [
            'model[seed=42]',
            'fine-tune',
            ['parts[seed=42]'],
            'run',
            'option `epochs` 1 -> 3 at first.fsl:12:9',
          ]
        : [`model[seed=${seed}]`, 'fine-tune', [`parts[seed=${seed}]`], 'cached'],
      seed === 42
        ? [
            'score[seed=42]',
            'evaluate',
            ['model[seed=42]', 'parts[seed=42]'],
            'pending',
            'waits for `model[seed=42]`',
          ]
        : [`score[seed=${seed}]`, 'evaluate', [`model[seed=${seed}]`, `parts[seed=${seed}]`], 'cached'],
    ]),
    [
      'summary',
      'compare',
      seeds.map((seed) => `score[seed=${seed}]`),
      'pending',
      'waits for `score[seed=42]`',
    ],
  ]);
}

export function evaluationOf(accuracy: number): EvaluationReport {
  return {
    type: 'evaluation',
    metrics: {
      accuracy: { value: accuracy, low: accuracy - 0.05, high: accuracy + 0.04 },
      macro_f1: { value: accuracy - 0.01 },
    },
    per_label: [
      { label: 'no', precision: 0.9, recall: 0.8, f1: 0.847, support: 50 },
      { label: 'yes', precision: 0.82, recall: 0.91, f1: 0.863, support: 50 },
    ],
    confusion: [
      [40, 10],
      [5, 45],
    ],
    labels: ['no', 'yes'],
    rows: 100,
    rows_digest: 'aa',
    training_digest: 'bb',
    labels_used: 16,
    label_budget: { fitted: 16, selected: 0 },
    baselines: { majority: { accuracy: 0.5, macro_f1: 0.333 } },
    checks: [{ name: 'duplicates', message: '2 rows of the test are in the training rows' }],
    interval: 'bootstrap over 100 rows, 1000 draws',
    slices: {},
  };
}

export function comparison(): ComparisonReport {
  const sample = { mean: 0.85, sd: 0.013, n: 3, min: 0.84, max: 0.87, low: 0.818, high: 0.882 };
  return {
    type: 'comparison',
    metrics: { accuracy: { a: sample, b: { ...sample, mean: 0.8, sd: null, low: null, high: null } } },
    differences: [
      {
        metric: 'accuracy',
        a: 'a',
        b: 'b',
        mean: 0.05,
        low: -0.01,
        high: 0.11,
        n: 3,
        test: 't',
        p: 0.03,
        p_holm: 0.06,
      },
    ],
    names: ['a', 'b'],
    notes: ['what to know'],
    labels_used: [16, 16],
    label_budgets: [
      { fitted: 16, selected: 0 },
      { fitted: 16, selected: 0 },
    ],
  };
}
