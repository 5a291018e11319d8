// `early_stopping` while an encoder is trained, on a tiny BERT: what is kept, what is told, what it costs, and that a stopped step ends the same.
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/learning/random.ts';
import { openSafetensors } from '../../../src/learning/safetensors.ts';
import { artifactFolder } from '../../../src/stages/artifact-folder.ts';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { labelBudget } from '../../../src/stages/consumed.ts';
import { readConsumed } from '../../../src/stages/consumed-file.ts';
import type { ValidationRecord } from '../../../src/stages/fine-tune-selection.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { plainHead } from '../../../src/stages/fine-tune-method.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { check, datasetArtifact, datasetOf, json, run, type Row, type Setting } from './rig.ts';
import { stoppedAt } from './stopped.ts';
import { rows, tiny, training } from './tiny-encoder.ts';

const methods = {
  contrastive: { name: 'contrastive', arguments: { iterations: 20, loss: 'cosine' } },
  full: { name: 'full', arguments: {} },
  bitfit: { name: 'bitfit', arguments: {} },
  lora: { name: 'lora', arguments: { rank: 4 } },
} as const;
const stopping = (patience: number, every?: number) => ({
  name: 'early_stopping',
  arguments: { patience, every },
});
const fast = { learning_rate: 3e-3, steps: 40, dropout: 0 };
const held = rows('validation', 24);

async function stopped(
  options: Readonly<Record<string, unknown>>,
  validation: readonly Row[] = held,
  more: Partial<Setting> = {},
) {
  const inputs = {
    model: tiny(),
    from: await datasetArtifact(datasetOf(training)),
    validation: await datasetArtifact(
      datasetOf(validation, { source: Int32Array.from(validation, (_, i) => 1000 + i) }),
    ),
  };
  const ran = await run(fineTune, { options, inputs, ...more });
  const { validation: record, trained } = (await json(ran.artifact, 'model.json')) as {
    readonly validation: ValidationRecord;
    readonly trained: { readonly steps: number };
  };
  return { ...ran, record, trained };
}

const shuffled = (): Row[] => {
  const labels = createRandom(3).shuffle(held.map(([, label]) => label));
  return held.map(([text], i) => [text, labels[i] ?? '']);
};

test.each(Object.entries(methods))('%s keeps the weights of the best measurement', async (_, method) => {
  const { record, notes, artifact, trained } = await stopped({
    ...fast,
    method,
    early_stopping: stopping(2, 5),
  });
  const { step = NaN, last_step: last, measured = [] } = record;
  const best = measured.reduce((least, one) => (one.loss < least.loss ? one : least));
  expect(step).toBe(best.step);
  expect(last).toBe(measured.at(-1)?.step);
  expect(trained.steps).toBe(last);
  // It ends with the steps, or two measurements after the best.
  expect(last === 40 || measured.length - 1 - measured.indexOf(best) === 2).toBe(true);
  expect(measured.map((one) => one.step)).toEqual(Array.from(measured, (_, i) => 5 * i));
  // The model that is stored is the one that was measured.
  expect(record.accuracy).toBe(best.accuracy);
  expect(notes.join('\n')).toMatch(
    new RegExp(
      `the 24 validation rows: .*; (the encoder was kept as it was before training|training was kept at step ${step}) of ${last} \\(loss`,
    ),
  );
  expect(labelBudget(await readConsumed(artifact))).toEqual({ fitted: 48, selected: 24 });
});

test('training that only hurts is undone and ends early', async () => {
  const { record, artifact } = await stopped(
    { ...fast, method: methods.full, early_stopping: stopping(2, 4) },
    shuffled(),
  );
  expect(record.last_step).toBeLessThan(40);
  const none = await stopped({ ...fast, method: methods.full }, shuffled());
  expect(none.record.loss).toBeGreaterThan(record.loss);
  expect(none.trained.steps).toBe(40);
  expect(none.record).not.toHaveProperty('step');
  expect(record.step).toBe(0);
  const weights = async (from: Artifact): Promise<readonly (readonly number[])[]> => {
    const file = openSafetensors(await from.read('model.safetensors'), 'model.safetensors');
    return file.names.map((name) => [...file.tensor(name).data]);
  };
  expect(await weights(artifactFolder(artifact, 'encoder'))).toEqual(await weights(tiny()));
});

test('measurements are a tenth of the steps apart where nothing is said', async () => {
  const { record } = await stopped({
    ...fast,
    method: methods.lora,
    early_stopping: { patience: 100 },
  });
  expect(record.measured?.map(({ step }) => step)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
});

test('rows that chose the weights make a report on them optimistic', async () => {
  const { artifact } = await stopped({
    ...fast,
    steps: 4,
    method: methods.full,
    early_stopping: stopping(1),
  });
  const on = await datasetArtifact(datasetOf(held, { source: Int32Array.from(held, (_, i) => 1000 + i) }));
  const { artifact: report } = await run(evaluate, {
    options: { bootstrap: 0, metrics: ['accuracy'] },
    inputs: { model: artifact, on },
  });
  expect(await json(report, 'report.json')).toMatchObject({ labels_used: 72 });
  expect(JSON.stringify(await json(report, 'report.json'))).toContain('optimistic');
});

test('a step that is stopped and goes on ends with the same bytes', async () => {
  const options = {
    ...fast,
    steps: 8,
    batch_size: 16,
    dropout: 0.1,
    method: methods.contrastive,
    early_stopping: stopping(2, 2),
  };
  const whole = (await stopped(options)).artifact.digest;
  for (const at of [3, 6]) {
    const half = stoppedAt(at, 'steps');
    await expect(stopped(options, held, half)).rejects.toThrow('stopped');
    const { checkpoint } = half;
    const { artifact, notes } = await stopped(options, held, { checkpoint });
    expect(notes).toContain(`resumed at step ${at} of 8`);
    expect(artifact.digest).toBe(whole);
  }
});

describe('before anything runs', () => {
  const problems = (options: Readonly<Record<string, unknown>>) =>
    check(fineTune, { options, inputs: {} }).problems;

  test('validation rows are asked for', () => {
    expect(problems({ method: methods.full, early_stopping: stopping(3) })).toContain(
      'early_stopping missing-option: `early_stopping` goes by the loss on validation rows, and there are none',
    );
  });

  test('an interval is refused where every iteration is measured', () => {
    expect(problems({ method: plainHead, early_stopping: stopping(3, 5) })).toContain(
      '`every` changes nothing here: `head(kind: logistic)` is measured after every iteration of its fit',
    );
  });

  test('rows with several labels have none', () => {
    const from = { type: 'dataset', multi_label: true, columns: undefined, rows: 4, labelled: true, labels: undefined, partition: 'train' } as const; // prettier-ignore
    expect(
      check(fineTune, { options: { early_stopping: stopping(3) }, inputs: { from } }).problems,
    ).toContain(
      'early_stopping not-supported: `early_stopping` goes by `validation` rows with one label each',
    );
  });
});
