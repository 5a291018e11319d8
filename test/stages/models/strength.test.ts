import { describe, expect, test } from 'vitest';
import { fitLogistic, fitLogisticPath } from '../../../src/learning/heads/logistic.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { chosenStrength, strengthNote, type StrengthRecord } from '../../../src/stages/head-strength.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { testing, training } from './messages.ts';
import { datasetArtifact, datasetOf, gentleHead, json, ngrams, run, type Row } from './rig.ts';

const width = 24;
const settings = { classWeights: 'none', signal: new AbortController().signal } as const;

/** Unit vectors around one direction a label, so many of each; `noise` as long as the direction at 1. */
function drawn(labels: number, shots: number, noise: number) {
  const random = createRandom('strength test', labels, shots, noise);
  const direction = (): number[] => Array.from({ length: width }, () => random.normal());
  const centres = Array.from({ length: labels }, direction);
  const rows: Row[] = [];
  const data = centres.flatMap((centre, label) =>
    Array.from({ length: shots }, (_, shot) => {
      rows.push([`text ${label} ${shot}`, `label ${String(label).padStart(2, '0')}`]);
      const vector = direction().map((value, i) => (centre[i] ?? 0) + noise * value);
      const length = Math.hypot(...vector);
      return vector.map((value) => value / length);
    }).flat(),
  );
  return {
    dataset: datasetOf(rows),
    vectors: { rows: rows.length, columns: width, data: Float32Array.from(data) },
  };
}

describe('the strength of the penalty', () => {
  test('is weak where unit vectors of many labels lie apart', async () => {
    const { dataset, vectors } = drawn(30, 8, 0.7);
    const record = await chosenStrength(dataset, vectors, settings);
    expect(record?.c).toBeGreaterThan(1);
    expect(record).toMatchObject({ folds: 4, repeats: 1 });
    const loss = (c: number) => record?.losses.find((one) => one.c === c)?.loss ?? NaN;
    expect(loss(record?.c ?? 0)).toBeLessThan(0.7 * loss(1));
    expect(record && strengthNote(record)).toContain('held-out loss');
  });

  test('stays as usual where labels say nothing of the vectors', async () => {
    const { dataset, vectors } = drawn(2, 12, 50);
    const record = await chosenStrength(dataset, vectors, settings);
    expect(record).toMatchObject({ c: 1, repeats: 3 });
    expect(strengthNote(record as StrengthRecord)).toBeUndefined();
  });

  test('is the same for the same rows, and not asked of too few', async () => {
    const { dataset, vectors } = drawn(5, 4, 0.5);
    const first = await chosenStrength(dataset, vectors, settings);
    expect(await chosenStrength(dataset, vectors, settings)).toEqual(first);
    const few = drawn(3, 2, 0.5);
    expect(await chosenStrength(few.dataset, few.vectors, settings)).toBeUndefined();
  });

  test('a label with one row is learnt and never asked', async () => {
    const { dataset, vectors } = drawn(4, 4, 0.5);
    const rows: Row[] = [...Array(16).keys()].map((i) => [`text ${i}`, i === 0 ? 'rare' : `label ${i % 3}`]);
    const record = await chosenStrength(datasetOf(rows), vectors, settings);
    expect(record?.losses.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(dataset.rows).toBe(16);
  });
});

test('fits that start from one another end where fits from nothing do', async () => {
  const { vectors } = drawn(6, 6, 0.8);
  const targets = Int32Array.from({ length: 36 }, (_, i) => Math.floor(i / 6));
  const options = { tolerance: 1e-9, maxIterations: 5000 };
  const path = await fitLogisticPath(vectors, targets, 6, [1, 10, 100], options);
  for (const [i, c] of [1, 10, 100].entries()) {
    const alone = await fitLogistic(vectors, targets, 6, { ...options, c });
    const wanted = alone.tensors['weight']?.data ?? [];
    path[i]?.tensors['weight']?.data.forEach((value, k) => expect(value).toBeCloseTo(wanted[k] ?? NaN, 3));
  }
});

describe('of a model', () => {
  const made = async (options: object) => {
    const from = await datasetArtifact(datasetOf(training));
    return (await run(fineTune, { options: options as never, inputs: { model: ngrams(), from } })).artifact;
  };
  const reported = async (options: object) => {
    const inputs = { model: await made(options), on: await datasetArtifact(datasetOf(testing)) };
    const { artifact } = await run(evaluate, { options: { bootstrap: 10 }, inputs });
    return (await json(artifact, 'report.json')) as EvaluationReport;
  };
  const isProbe = ({ checks }: EvaluationReport) => checks.some(({ name }) => name === 'frozen_probe');

  test('it is kept, and the frozen probe has the same', async () => {
    const description = (await json(await made({}), 'model.json')) as {
      strength: StrengthRecord;
      method: { arguments: { c: number } };
    };
    expect(description.method.arguments.c).toBe(description.strength.c);
    expect(isProbe(await reported({}))).toBe(true);
  });

  test('where the program says another, the probe is fitted beside it', async () => {
    const report = await reported({ method: gentleHead });
    expect(isProbe(report)).toBe(false);
    expect(report.baselines['frozen_probe']?.['ece']).not.toBe(report.metrics['ece']?.value);
  });
});
