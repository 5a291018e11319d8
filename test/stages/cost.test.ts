import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../../src/compiler/compile.ts';
import { parse } from '../../src/parser/parse.ts';
import { createFacts } from '../../src/runtime/facts.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';
import { temporaryFolder } from '../runtime/temporary-folder.ts';

/** What the steps of a program cost, as `count unit`, over 40 rows of two labels. */
function costsOf(text: string): Readonly<Record<string, readonly string[]>> {
  using folder = temporaryFolder();
  const rows = Array.from({ length: 40 }, (_, i) => `text ${i},${i % 2 ? 'a' : 'b'}`);
  folder.write('rows.csv', `text,label\n${rows.join('\n')}\n`);
  const several = rows.map((row) => ({ text: row, labels: row.endsWith('a') ? ['a', 'b'] : ['b'] }));
  folder.write('several.json', JSON.stringify(several));
  folder.write('pairs.csv', `one,other,label\n${rows.map((row, i) => `text ${i % 7},${row}`).join('\n')}\n`);
  const project = { folder: folder.path, allowed: [] };
  const program = `load rows { from: "rows.csv" label: "label" }\n${text}`;
  const { file, diagnostics } = parse({ path: 'test.fsl', text: program });
  const compiled = compile(file, diagnostics, {
    params: [],
    registry: standardRegistry(),
    facts: createFacts({ display: (path) => path, project, env: {} }),
    resolvePath: (path) => resolve(folder.path, path),
  });
  expect(compiled.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const steps = compiled.pipeline?.steps ?? [];
  return Object.fromEntries(
    steps.map(({ id, cost }) => [id, cost.map(({ count, unit }) => `${count ?? '?'} ${unit}`)]),
  );
}

test('rows, texts and fits are counted before anything runs', () => {
  expect(
    costsOf(`split parts { from: rows test: 10 per label train: 4 per label validation: 2 per label unlabelled: 8 }
fine-tune model { model: "builtin:ngrams" from: parts.train validation: parts.validation method: head(c: auto) }
evaluate score { model: model on: parts.test }
distill small { teacher: model student: "builtin:ngrams" from: parts.unlabelled }
predict all { model: small from: parts.test }`),
  ).toEqual({
    rows: ['40 rows to read'],
    parts: [],
    model: ['12 texts to encode', '1 fits'],
    score: ['20 texts to encode'],
    small: ['16 texts to encode', '1 fits'],
    all: ['20 texts to encode'],
  });
});

test('trials of a search are counted, and their folds where all are measured on all', () => {
  const search = (method: string): string => `split parts { from: rows train: 10 per label }
tune best {
  search: { c: choice(0.1, 1, 10) }
  method: ${method}
  maximize: score.accuracy
  folds: 4
  from: parts.train
  fine-tune candidate { model: "builtin:ngrams" from: fold.train method: head(c: search.c) }
  evaluate score { model: candidate on: fold.validation metrics: [accuracy] }
}`;
  expect(costsOf(search('grid'))['best']).toEqual(['3 trials', '12 measurements on a fold']);
  expect(costsOf(search('halving(trials: 8)'))['best']).toEqual(['8 trials']);
});

test('trainings for the threshold of several labels are counted, where there are any', () => {
  const costs = (more: string, iterations = 5) =>
    costsOf(`load several { from: "several.json" label: "labels" }
fine-tune model { model: "builtin:fsl-mini" from: several method: contrastive(iterations: ${iterations}) ${more} }`)[
      'model'
    ];
  expect(costs('')).toEqual(['40 texts to encode', '800 texts to train on', '1 fits']);
  expect(costs('threshold: 0.5')).toEqual(['40 texts to encode', '200 texts to train on', '1 fits']);
  expect(costs('', 250)).toEqual(costs('threshold: 0.5', 250));
});

test('epochs go over all iterations of pairs again, and train the student that stays as it is without', () => {
  const program = (epochs: string) => `split parts { from: rows train: 10 per label unlabelled: 20 }
fine-tune pairs { model: "builtin:fsl-mini" from: parts.train method: contrastive(iterations: 5) ${epochs} }
distill small { teacher: pairs student: "builtin:fsl-mini" from: parts.unlabelled ${epochs} }`;
  expect(costsOf(program(''))).toMatchObject({
    pairs: ['20 texts to encode', '100 texts to train on', '1 fits'],
    small: ['40 texts to encode', '1 fits'],
  });
  expect(costsOf(program('epochs: 3'))).toMatchObject({
    pairs: ['20 texts to encode', '300 texts to train on', '1 fits'],
    small: ['40 texts to encode', '60 texts to train on', '1 fits'],
  });
});

test('copies are counted, and what is not known before they are made is not guessed', () => {
  expect(
    costsOf(`split parts { from: rows train: 4 per label }
augment more { from: parts.train with: [swap] copies: 3 gate: cv(folds: 2, repeats: 5) }
augment near { from: parts.train with: [swap] copies: 3 filter: similarity(min: 0.8) }
fine-tune model { model: "builtin:ngrams" from: more }`),
  ).toEqual({
    rows: ['40 rows to read'],
    parts: [],
    more: ['24 rows to make', '32 texts to encode', '20 fits'],
    near: ['24 rows to make', '32 texts to encode'],
    model: ['? texts to encode', '1 fits'],
  });
});

test('of pairs that are read apart both texts are counted', () => {
  const pairs = `load pairs { from: "pairs.csv" text: ["one", "other"] label: "label" }
split parts { from: pairs test: 10 per label train: 4 per label unlabelled: 8 }
fine-tune frozen { model: "builtin:fsl-mini" from: parts.train }
fine-tune apart { model: "builtin:fsl-mini" from: parts.train method: full pairs: apart steps: 3 }
fine-tune together { model: "builtin:fsl-mini" from: parts.train method: full steps: 3 }
evaluate frozen_score { model: frozen on: parts.test }
evaluate together_score { model: together on: parts.test }
distill small { teacher: [frozen, together] student: "builtin:fsl-mini" from: parts.unlabelled }
predict all { model: small from: parts.test }`;
  expect(costsOf(pairs)).toMatchObject({
    frozen: ['16 texts to encode', '1 fits'],
    apart: ['16 texts to encode', '48 texts to train on', '1 fits'],
    together: ['8 texts to encode', '24 texts to train on', '1 fits'],
    frozen_score: ['40 texts to encode'],
    together_score: ['20 texts to encode'],
    small: ['40 texts to encode', '1 fits'],
    all: ['40 texts to encode'],
  });
});

test('a translation there and back is two texts to write', () => {
  const model = JSON.stringify(join(import.meta.dirname, '../fixtures/seq2seq/t5'));
  const costs = costsOf(
    `augment more { from: rows copies: 3 with: [swap, paraphrase(model: ${model}), back_translate(model: [${model}, ${model}])] }`,
  );
  expect(costs.more).toEqual(['120 rows to make', '120 texts to write']);
});
