// `probe_rows`: where the encoder was trained and there are many rows, the frozen probe is asked for some of them, and what it is
// compared with is measured on the same ones.
import { expect, test } from 'vitest';
import { reportJson } from '../../../src/runtime/report/report-json.ts';
import type { Artifact } from '../../../src/stages/artifact.ts';
import type { Classifier } from '../../../src/stages/classifier.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { plainHead } from '../../../src/stages/fine-tune-method.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { probedRows } from '../../../src/stages/frozen-probe.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { judgeEvaluation } from '../../../src/stages/requirement.ts';
import type { Requirement } from '../../../src/stages/value.ts';
import { datasetArtifact, datasetOf, json, run, type Row } from './rig.ts';
import { testing, tiny, training } from './tiny-encoder.ts';

const most = 30;

async function fitted(options: Readonly<Record<string, unknown>>): Promise<Artifact> {
  const from = await datasetArtifact(datasetOf(training));
  return (await run(fineTune, { options, inputs: { model: tiny(), from } })).artifact;
}

async function measured(model: Artifact, rows: readonly Row[], options = {}): Promise<EvaluationReport> {
  const on = await datasetArtifact(datasetOf(rows));
  const { artifact } = await run(evaluate, {
    options: { bootstrap: 100, metrics: ['accuracy', 'macro_f1'], ...options },
    inputs: { model, on },
  });
  return (await json(artifact, 'report.json')) as EvaluationReport; // written by evaluate
}

test('the probe and the model beside it are measured on the same rows, drawn at random', async () => {
  const trained = await fitted({
    method: { name: 'contrastive', arguments: { iterations: 20, loss: 'cosine' } },
    ...{ learning_rate: 3e-3, steps: 30, dropout: 0 },
  });
  const frozen = await fitted({ method: plainHead });
  const report = await measured(trained, testing, { probe_rows: most, abstain: 0.6 });
  const before = {} as Classifier['before']; // only whether there is one matters
  const drawn = probedRows(
    { before } as Classifier,
    { state: 'fitted', head: () => Promise.reject(new Error('not asked')) },
    { rows: testing.length, most },
  );
  expect(new Set(drawn).size).toBe(most);
  const some = testing.filter((_, row) => drawn?.includes(row));

  expect(report.rows).toBe(testing.length);
  expect(report.probed?.rows).toBe(most);
  const values = (of: EvaluationReport['metrics'] | undefined) =>
    Object.entries(of ?? {}).map(([name, { value }]) => [name, value] as const);
  expect(Object.entries(report.baselines['frozen_probe'] ?? {})).toEqual(
    values((await measured(frozen, some)).metrics),
  );
  const beside = await measured(trained, some, { abstain: 0.6 });
  expect(values(report.probed?.metrics)).toEqual(values(beside.metrics));
  expect(beside.metrics).toHaveProperty('coverage');
  expect(reportJson('score', report, [])).toHaveProperty('probed', report.probed);
  expect(report.checks.find(({ name }) => name === 'frozen_probe')?.message).toMatch(
    new RegExp(
      `^it was measured on ${most} of the ${testing.length} rows, drawn at random \\(\`probe_rows\`\\); the model's own`,
    ),
  );

  const whole = await measured(trained, testing, { abstain: 0.6 });
  expect(whole.metrics).toEqual(report.metrics);
  expect(whole).not.toHaveProperty('probed');
  expect(
    (await measured(frozen, testing, { probe_rows: most })).checks.map(({ message }) => message).join(),
  ).not.toContain('drawn');
});

test('a requirement compares the probe with the model on the same rows', () => {
  const report = {
    metrics: { accuracy: { value: 0.7, low: 0.68, high: 0.72 } },
    probed: { rows: 10, metrics: { accuracy: { value: 0.5, low: 0.4, high: 0.6 } } },
    baselines: { frozen_probe: { accuracy: 0.55 }, majority: { accuracy: 0.65 } },
  } as unknown as EvaluationReport; // what is judged of it
  const above = (of: string): Requirement => ({
    text: `accuracy > ${of}.accuracy`,
    operator: '>',
    left: { metric: 'accuracy' },
    right: { of, metric: 'accuracy' },
  });
  expect(judgeEvaluation(above('frozen_probe'), report)).toEqual({
    text: 'accuracy > frozen_probe.accuracy',
    held: false,
    detail: 'accuracy is 0.5, frozen_probe.accuracy is 0.55',
  });
  expect(judgeEvaluation(above('majority'), report).held).toBe(true);
  // Nor with a figure of all rows where these have none.
  const metrics = { ...report.metrics, mcc: { value: 0.9 } };
  const left = { metric: 'mcc' } as const;
  expect(judgeEvaluation({ ...above('frozen_probe'), left }, { ...report, metrics })).toMatchObject({
    held: false,
    detail: 'the report has no figure for `mcc` or `frozen_probe.accuracy`',
  });
});
