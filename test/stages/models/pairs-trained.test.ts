// Encoders that are trained on pairs of texts: together, as one text, or apart, through the features of two vectors.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { pairFeatures } from '../../../src/learning/pair-features.ts';
import { features } from '../../../src/learning/training/pair-classification.ts';
import { createRandom } from '../../../src/learning/random.ts';
import type { Artifact, StaticDataset, StaticModel } from '../../../src/stages/artifact.ts';
import { labelIndices, type Dataset } from '../../../src/stages/dataset.ts';
import { distill } from '../../../src/stages/distill.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { artifactOf } from '../data/memory.ts';
import { knownPairs as pairs, pairDataset } from './pair-rows.ts';
import { check, datasetArtifact, failure, json, run, said } from './rig.ts';
import { tiny } from './tiny-encoder.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/families');

/** A small BERT whose tokenizer knows pairs. */
function paired(type: string): Artifact {
  const folder = join(fixtures, type);
  const { families } = JSON.parse(readFileSync(join(fixtures, 'pairs.json'), 'utf8')) as {
    readonly families: Readonly<Record<string, { readonly tokenizer: object }>>;
  };
  return artifactOf('model', {
    ...Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))])),
    'tokenizer.json': new TextEncoder().encode(JSON.stringify(families[type]?.tokenizer)),
    'tokenizer_config.json': new TextEncoder().encode('{}'),
  });
}

const filler = ['the', 'two', 'sat', 'quick', 'brown', 'over', 'lazy', 'one'];

/** Whether both texts have the same one of two letters: neither says it alone. */
function letters(purpose: string, count: number, words: readonly [string, string]): Dataset {
  const random = createRandom(2, purpose);
  const text = (which: number): string => {
    const own = Array.from({ length: 2 }, () => filler[random.below(filler.length)] ?? '');
    own.splice(random.below(3), 0, words[which] ?? '');
    return own.join(' ');
  };
  const both = Array.from({ length: count }, (_, i) => {
    const [one, other] = [i % 2, (i >> 1) % 2];
    return [text(one), text(other), one === other ? 'same' : 'other'] as const;
  });
  return pairDataset(both);
}

const learnt = letters('train', 48, ['cat', 'dog']);
const asked = letters('test', 40, ['cat', 'dog']);
const full = { name: 'full', arguments: {} } as const;

async function trained(model: Artifact, options: Readonly<Record<string, unknown>>, from = learnt) {
  const given = { method: full, ...options };
  return run(fineTune, { options: given, inputs: { model, from: await datasetArtifact(from) } });
}

async function right(model: Artifact, rows: Dataset): Promise<number> {
  const values = await said(model, rows);
  const truth = labelIndices(rows);
  return truth.reduce((sum, label, i) => sum + Number((values[2 * i + label] ?? 0) > 0.5), 0) / rows.rows;
}

test('apart, the encoder learns what the two have to do with each other', async () => {
  const { artifact, notes } = await trained(tiny(), {
    pairs: 'apart',
    steps: 100,
    learning_rate: 3e-3,
    dropout: 0,
  });
  expect(notes.join('\n')).toContain('trained in 100 steps on 1600 texts'); // 8 pairs a step
  expect(await json(artifact, 'model.json')).toMatchObject({ pairs: 'apart' });
  expect(await right(artifact, asked)).toBeGreaterThan(0.8);
  const report = (await json(
    (await run(evaluate, { inputs: { model: artifact, on: await datasetArtifact(asked) } })).artifact,
    'report.json',
  )) as EvaluationReport;
  expect(report.baselines['frozen_probe']?.['accuracy']).toBeLessThan(1);
  expect(report.checks.map(({ name }) => name)).not.toContain('frozen_probe');
});

test('apart, nothing is dropped unless the program says so', async () => {
  const from = letters('train', 16, ['cat', 'dog']);
  const saidWith = async (options: { readonly dropout?: number }) => {
    const { artifact } = await trained(tiny(), { pairs: 'apart', steps: 2, ...options }, from);
    return said(artifact, from);
  };
  const unsaid = await saidWith({});
  expect(unsaid).toEqual(await saidWith({ dropout: 0 }));
  expect(unsaid).not.toEqual(await saidWith({ dropout: 0.1 }));
});

test('together, the probability of a pair depends on which text is the first', async () => {
  const from = letters('train', 16, ['a', 'b']);
  const { artifact } = await trained(paired('bert'), { steps: 3 }, from);
  expect(await json(artifact, 'model.json')).toMatchObject({ pairs: 'together' });
  const turned = { ...from, roles: { ...from.roles, text: 'other', second: 'text' } };
  const [own, other] = [await said(artifact, from), await said(artifact, turned)];
  expect(Math.max(...own.map((value, i) => Math.abs(value - (other[i] ?? 0))))).toBeGreaterThan(1e-3);
});

test.each([
  ['apart', tiny, ['cat', 'dog']],
  ['together', () => paired('bert'), ['a', 'b']],
] as const)('early stopping measures pairs that are read %s', async (pairs, model, words) => {
  const [from, held] = [letters('train', 16, words), letters('held', 12, words)];
  const { artifact } = await run(fineTune, {
    options: {
      method: full,
      pairs,
      steps: 4,
      early_stopping: { patience: 2, every: 2 },
    },
    inputs: {
      model: model(),
      from: await datasetArtifact(from),
      validation: await datasetArtifact(held),
    },
  });
  const { validation } = (await json(artifact, 'model.json')) as {
    readonly validation: { readonly rows: number; readonly measured: readonly { readonly step: number }[] };
  };
  expect(validation.rows).toBe(12);
  expect(validation.measured.map(({ step }) => step)).toEqual([0, 2, 4]);
});

test.each(['lora', 'bitfit'])('%s and the last layer alone read pairs together', async (name) => {
  const from = letters('train', 8, ['a', 'b']);
  const method = { name, arguments: name === 'lora' ? { rank: 2 } : {} };
  const layers = name === 'bitfit' ? { train: { name: 'layers', arguments: { count: 1 } } } : {};
  const { artifact } = await trained(paired('bert'), { method, steps: 2, ...layers }, from);
  expect((await said(artifact, from)).every((value) => value > 0 && value < 1)).toBe(true);
});

test('a frozen encoder may read pairs together', async () => {
  const from = letters('train', 16, ['a', 'b']);
  const head = { name: 'head', arguments: { kind: 'logistic', c: 1, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' } }; // prettier-ignore
  const { artifact } = await trained(paired('electra'), { method: head, pairs: 'together' }, from);
  const other = await trained(paired('electra'), { method: head }, from);
  expect(await said(artifact, from)).not.toEqual(await said(other.artifact, from));
});

test('a tokenizer that knows no pairs is told, with what to do', async () => {
  expect(await failure(trained(tiny(), { steps: 2 }))).toContain('puts nothing between the texts of a pair');
});

test('a student of a teacher on pairs reads them as it was taught to', async () => {
  const from = letters('train', 16, ['a', 'b']);
  const teacher = await trained(paired('bert'), { steps: 3 }, from);
  const parts = await datasetArtifact(from);
  for (const [train, pairs] of [
    ['head', 'apart'],
    ['all', 'together'],
  ] as const) {
    const { artifact } = await run(distill, {
      options: {
        match: ['logits'],
        train: { name: train, arguments: {} },
        ...(train === 'all' && { steps: 2 }),
      },
      inputs: {
        teacher: [{ name: 'teacher', keys: {}, artifact: teacher.artifact }],
        student: paired('electra'),
        from: parts,
      },
    });
    expect(await json(artifact, 'model.json')).toMatchObject({ pairs });
    expect((await said(artifact, from)).length).toBe(32);
  }
});

test('features of tensors are those of arrays, and padding gives gradients of zeros', async () => {
  await withEngine('onnx', async () => {
    const random = createRandom(3, 'features');
    const numbers = Float32Array.from({ length: 6 * 5 }, (_, i) => (i < 20 ? random.normal() : 0));
    const rows = (from: number) => ({
      rows: 3,
      columns: 5,
      data: Float32Array.from(
        { length: 15 },
        (_, i) => numbers[(2 * Math.floor(i / 5) + from) * 5 + (i % 5)] ?? 0,
      ),
    });
    const expected = pairFeatures(rows(0), rows(1));
    const vectors = tf.tensor2d(numbers, [6, 5]);
    const made = features(vectors);
    expect(made.shape).toEqual([3, 11]);
    (await made.data()).forEach((value, i) => expect(value).toBeCloseTo(expected.data[i] ?? NaN, 5));
    const gradient = await tf
      .grad((x: tf.Tensor) => tf.sum(features(x as tf.Tensor2D)))(vectors)
      .data();
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect([...gradient.subarray(20)]).toEqual(new Array(10).fill(0));
  });
});

describe('what cannot be is told before anything runs', () => {
  const model: StaticModel = { type: 'model', capability: 'encoder', labels: undefined, trainable: true };
  const contrastive = { name: 'contrastive', arguments: { iterations: 10 } };
  const says = (options: Readonly<Record<string, unknown>>, from: StaticDataset): string =>
    check(fineTune, { options, inputs: { model, from } }).problems;

  test('`contrastive`, and `pairs` of rows that are none', () => {
    expect(says({ method: contrastive }, pairs)).toBe(
      'method not-supported: these rows are pairs of texts, which `contrastive` does not read',
    );
    expect(says({ method: full, pairs: 'apart' }, { ...pairs, pairs: false })).toBe(
      'pairs option-without-effect: `pairs` changes nothing here: these rows have one text each',
    );
    expect(says({}, pairs)).toBe('');
  });

  test('the same where it is only known from the rows', async () => {
    expect(await failure(trained(tiny(), { method: contrastive }))).toBe(
      'step:method not-supported: these rows are pairs of texts, which `contrastive` does not read',
    );
  });
});
