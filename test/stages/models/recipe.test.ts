// `fine-tune` without a method, texts of the labels' names, and rows without labels.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { plainHead, withStrength } from '../../../src/stages/fine-tune-method.ts';
import { kindOf, settledMethod } from '../../../src/stages/fine-tune-recipe.ts';
import { knownRows } from '../../../src/stages/known-rows.ts';
import { namesSpeak, templateTexts } from '../../../src/stages/label-texts.ts';
import { artifactOf, type Files } from '../data/memory.ts';
import { check, datasetArtifact, datasetOf, failure, json, ngrams, run, textsOnly, type Row } from './rig.ts';

const folder = join(import.meta.dirname, '../../fixtures/encoders/odd-bert');
const files: Files = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]),
);
const tiny = (): Artifact => artifactOf('model', files);

const rows: readonly Row[] = Array.from({ length: 16 }, (_, i): Row => {
  const word = ['one', 'two', 'three', 'four', 'over', 'lazy', 'quick', 'brown'][i >> 1] ?? '';
  return i % 2 === 0 ? [`the cat ${word}`, 'cat'] : [`the dog ${word}`, 'dog'];
});

interface Description {
  readonly method: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
  readonly strength?: { readonly c: number };
  readonly named?: { readonly templates: readonly string[]; readonly gate: unknown };
  readonly unlabelled?: { readonly rows: number; readonly learnt: readonly number[] };
}

async function fitted(
  options: Readonly<Record<string, unknown>>,
  {
    model = tiny(),
    from = rows,
    pool,
  }: { model?: Artifact; from?: readonly Row[]; pool?: readonly string[] } = {},
) {
  const { artifact, notes } = await run(fineTune, {
    options,
    inputs: {
      model,
      from: await datasetArtifact(datasetOf(from)),
      ...(pool !== undefined && { unlabelled: await datasetArtifact(textsOnly(pool)) }),
    },
  });
  const model_ = (await json(artifact, 'model.json')) as Description; // written by fine-tune
  return { description: model_, notes, artifact };
}

describe('without a method', () => {
  test('an encoder with weights is trained by contrastive', async () => {
    const { description, notes } = await fitted({ steps: 2 });
    expect(description.method).toEqual({
      name: 'contrastive',
      arguments: { iterations: 10, loss: 'cosine', c: description.strength?.c },
    });
    expect(description.named?.gate).toMatchObject({ folds: 4, repeats: 5 });
    expect(notes.join('\n')).toMatch(
      /texts of the labels' names are (learnt too|left out): held-out loss \S+ with them, \S+ without/,
    );
  });

  test('n-grams get a head, and no seed is keyed', async () => {
    const { description } = await fitted({}, { model: ngrams() });
    expect(description.method).toEqual(withStrength(plainHead, description.strength?.c));
    expect(description.named).toBeUndefined();
    const options = { method: { name: 'auto', arguments: {} } };
    expect(fineTune.randomness(options as never, () => 'ngrams')).toBe(false);
    expect(fineTune.randomness(options as never, () => undefined)).toBe(true);
  });

  test.each([
    [16, 10],
    [2000, 10],
    [5000, 4],
    [1_000_000, 1],
  ])('%i rows are passed %i times', (count, iterations) => {
    const auto = { name: 'auto', arguments: {} } as const;
    expect(settledMethod(auto, { trainable: undefined, rows: count, kind: 'plain' })).toEqual({
      name: 'contrastive',
      arguments: { iterations, loss: undefined, c: undefined },
    });
    expect(settledMethod(auto, { trainable: true, rows: count, kind: 'other' })).toEqual(plainHead);
  });
});

test('pictures, pairs of texts and rows with several labels get a head, asked before the run or in it', () => {
  const kinds = (more: object) => {
    const dataset = { ...datasetOf(rows), ...more };
    return kindOf(knownRows(dataset));
  };
  expect(kinds({})).toBe('plain');
  expect(kinds({ images: {} })).toBe('other');
  expect(kinds({ multiLabel: true })).toBe('several labels');
  expect(kinds({ roles: { text: 'text' } })).toBe('other');
  expect(kinds({ roles: { text: 'text', second: 'text', label: 'label' } })).toBe('other');
});

describe("texts of the labels' names", () => {
  test('are each template with each name, eight a label in all', () => {
    const { texts, labels } = templateTexts(['It is {label}.', '{label}'], ['card_arrival', 'refund']);
    expect(new Set(texts)).toEqual(
      new Set(['It is card arrival.', 'card arrival', 'It is refund.', 'refund']),
    );
    expect([...labels]).toEqual([...Array<number>(8).fill(0), ...Array<number>(8).fill(1)]);
  });

  test('that name the classes are learnt, and those that mislead are left out', async () => {
    const method = plainHead;
    const told = await fitted({ method, label_template: 'auto' }, { model: ngrams() });
    expect(told.description.named).toMatchObject({ gate: { kept: true } });
    expect(told.description.named?.templates).toHaveLength(8);
    const turned = rows.map(([text, label]): Row => [text, label === 'cat' ? 'dog' : 'cat']);
    const misled = await fitted({ method, label_template: 'auto' }, { model: ngrams(), from: turned });
    expect(misled.description.named).toMatchObject({ templates: [], gate: { kept: false } });
    expect(misled.artifact.digestOf('head.safetensors')).toBe(
      (await fitted({ method }, { model: ngrams(), from: turned })).artifact.digestOf('head.safetensors'),
    );
  });

  test('that are numbers are not tried', async () => {
    expect(namesSpeak(['0', '1'])).toBe(false);
    expect(namesSpeak(['好', '坏'])).toBe(true);
    const numbered = rows.map(([text, label]): Row => [text, label === 'cat' ? '0' : '1']);
    const { notes, description } = await fitted(
      { method: plainHead, label_template: 'auto' },
      { from: numbered },
    );
    expect(notes.join()).toContain('the names are no words');
    expect(description.named?.gate).toEqual({ why: 'names are no words' });
  });

  test('are learnt unasked beside too few rows', async () => {
    const from = rows.slice(0, 6);
    const method = plainHead;
    const named = await fitted({ method, label_template: 'auto' }, { model: ngrams(), from });
    expect(named.notes.join()).toContain('too few rows');
    expect(named.description.named).toMatchObject({ gate: { why: 'too few rows' } });
    expect(named.description.named?.templates).toHaveLength(8);
    expect(named.artifact.digestOf('head.safetensors')).not.toBe(
      (await fitted({ method }, { model: ngrams(), from })).artifact.digestOf('head.safetensors'),
    );
  });

  test('are refused where only the run shows that rows have several labels', async () => {
    const table = datasetOf(rows);
    const lists = new Map<string, readonly (string | readonly string[])[]>(table.columns as never);
    lists.set(
      'label',
      rows.map(([, label]) => [label]),
    );
    const from = await datasetArtifact({ ...table, columns: lists, multiLabel: true });
    const asked = run(fineTune, {
      options: { label_template: ['{label}'] },
      inputs: { model: ngrams(), from },
    });
    await expect(failure(asked)).resolves.toContain(
      'rows with several labels are learnt one label against the rest',
    );
  });

  test.each([
    [{ label_template: ['no hole'] }, 'label_template wrong-type: the template has no `{label}`'],
    [
      { label_template: ['{label}'], method: { name: 'cloze', arguments: { c: 1 } } },
      'label_template option-without-effect: `label_template` changes nothing here',
    ],
  ])('%j is refused', (options, message) => {
    expect(check(fineTune, { options, inputs: {} }).problems).toContain(message);
  });
});

describe('rows without labels', () => {
  const pool = rows.map(([text]) => `${text} word`);

  test('are learnt, and told', async () => {
    const { description, notes } = await fitted({ method: plainHead }, { pool });
    expect(description.unlabelled?.rows).toBe(16);
    const learnt = description.unlabelled?.learnt ?? [];
    expect(learnt.every((count) => count > 0)).toBe(true);
    // 60 % of the rows that are expected of each label, rounded.
    expect(learnt.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(0.6 * 16 + 1);
    expect(notes.join()).toMatch(
      /of the 16 unlabelled rows the model learnt the \d+ that it was surest of \(\d as `cat`, \d as `dog`\)/,
    );
  });

  test('are refused by methods that cannot learn them', async () => {
    const method = { name: 'prototype', arguments: { distance: 'cosine', temperature: 0.1 } };
    const inputs = {
      model: tiny(),
      from: await datasetArtifact(datasetOf(rows)),
      unlabelled: await datasetArtifact(textsOnly(pool)),
    };
    await expect(failure(run(fineTune, { options: { method }, inputs }))).resolves.toContain(
      'option-without-effect',
    );
  });
});
