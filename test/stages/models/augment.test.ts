import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { modelFiles } from '../../../src/runtime/model-folder.ts';
import { createRandom } from '../../../src/learning/random.ts';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { augment } from '../../../src/stages/augment.ts';
import type { GateReport } from '../../../src/stages/augment-gate.ts';
import { select, texts, type Dataset } from '../../../src/stages/dataset.ts';
import { readDataset } from '../../../src/stages/dataset-file.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { testing, training } from './messages.ts';
import { artifactOf } from '../data/memory.ts';
import { check, datasetArtifact, datasetOf, failure, json, ngrams, run, type Ran, type Row } from './rig.ts';
import { files as encoderFiles } from './tiny-encoder.ts';

const change = (name: string, rate = 0.2) => ({ name, arguments: { rate } });
const mixup = { name: 'mixup', arguments: { alpha: 0.4 } };
const every = ['synonyms', 'insert', 'swap', 'delete', 'typos'].map((name) => change(name));
const cv = { name: 'cv', arguments: { folds: 3, repeats: 2 } };

async function augmented(dataset: Dataset, options: Readonly<Record<string, unknown>>, seed = 0) {
  const ran = await run(augment, { options, inputs: { from: await datasetArtifact(dataset) }, seed });
  return { ...ran, rows: await readDataset(ran.artifact) };
}

const original = datasetOf(training);

test('copies follow their row, with its label, its source and its text', async () => {
  const { rows, notes } = await augmented(original, { with: every, copies: 3 });
  expect(notes).toEqual([]);
  expect(rows.rows).toBe(48);
  expect([...rows.source]).toEqual(training.flatMap((_, i) => [i, i, i, i]));
  expect(rows.columns.get('label')).toEqual(training.flatMap(([, label]) => [label, label, label, label]));
  expect(rows.columns.get('original_text')).toEqual(training.flatMap(([text]) => [null, text, text, text]));
  for (let row = 0; row < 12; row += 1) expect(new Set(texts(rows).slice(4 * row, 4 * row + 4)).size).toBe(4);
});

test('without the originals only the copies are left', async () => {
  const { rows } = await augmented(original, { with: every, copies: 2, keep_original: false });
  expect(rows.rows).toBe(24);
  expect(texts(rows).filter((text) => training.some(([own]) => own === text))).toEqual([]);
});

test('a text that cannot be changed stays, and the note says how many copies are missing', async () => {
  const dataset = datasetOf([['?!', 'x'], ['lend me two books', 'y']]); // prettier-ignore
  const { rows, notes } = await augmented(dataset, {
    with: [change('swap')],
    copies: 2,
    keep_original: false,
  });
  expect(texts(rows)[0]).toBe('?!');
  expect(rows.rows).toBe(3);
  expect(notes).toEqual(['2 of 4 copies could not be made: the changes give nothing new for these rows']);
});

test('the copies of a row depend on the seed and on nothing beside the row', async () => {
  const all = await augmented(original, { with: every, copies: 3 });
  const copiesOf = (rows: Dataset, source: number) => texts(rows).filter((_, i) => rows.source[i] === source);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...training.keys()], { minLength: 1 }), async (order) => {
      const { rows } = await augmented(select(original, order), { with: every, copies: 3 });
      for (const source of order) expect(copiesOf(rows, source)).toEqual(copiesOf(all.rows, source));
    }),
    { numRuns: 5 },
  );
  expect((await augmented(original, { with: every, copies: 3 }, 1)).artifact.digest).not.toBe(
    all.artifact.digest,
  );
});

test('the filter drops copies that are too far from their row', async () => {
  const options = (min: number) => ({
    with: [change('swap', 1), change('typos', 0.1)],
    copies: 4,
    filter: { name: 'similarity', arguments: { min } },
  });
  expect((await augmented(original, options(0))).rows.rows).toBe(60);
  const { rows, notes } = await augmented(original, options(0.9));
  expect(rows.rows).toBeGreaterThan(12);
  expect(rows.rows).toBeLessThan(60);
  expect(notes).toEqual([`${60 - rows.rows} of 48 copies were dropped by the filter`]);
});

describe('gate: cv', () => {
  const gate = async (dataset: Dataset, options: Readonly<Record<string, unknown>>) => {
    const ran = await augmented(dataset, { gate: cv, copies: 2, ...options });
    return { ...ran, report: (await json(ran.artifact, 'gate.json')) as GateReport };
  };

  test('both figures are reported, and the copies used only where they help', async () => {
    for (const changes of [[change('delete', 1)], [change('typos', 0.3)]]) {
      const { report, rows, notes } = await gate(original, { with: changes });
      expect(report).toMatchObject({ metric: 'macro_f1', folds: 3, repeats: 2 });
      const mean = report.differences.reduce((sum, value) => sum + value, 0) / 2;
      expect(report.with_copies - report.without_copies).toBeCloseTo(mean, 12);
      expect(report.kept).toBe(mean > 0);
      expect(rows.rows).toBe(report.kept ? 36 : 12);
      expect(notes[0]).toContain(report.with_copies.toFixed(3));
    }
  });

  test('copies that tell nothing new do not pass', async () => {
    // Equal texts on both sides of every fold: without copies nothing is wrong, so that nothing can help.
    const easy = datasetOf(
      Array.from({ length: 12 }, (_, i): Row =>
        i % 2 ? [`lend books ${i}`, 'x'] : [`open hours ${i}`, 'y'],
      ),
    );
    const { report, rows } = await gate(easy, { with: [change('typos')] });
    expect(report).toMatchObject({ without_copies: 1, kept: false });
    expect(rows.rows).toBe(12);
  });

  test('a copy never teaches what its row is measured on', async () => {
    // Words and labels at random: nothing can be learnt, but copies of a held-back row would give its label away.
    const draw = createRandom('gate test');
    const word = () => String.fromCodePoint(...Array.from({ length: 6 }, () => 97 + draw.below(26)));
    const random = datasetOf(
      Array.from({ length: 40 }, (): Row => [
        `${word()} ${word()} ${word()}`,
        draw.below(2) === 0 ? 'x' : 'y',
      ]),
    );
    const halves = { name: 'mixup', arguments: { alpha: 50 } };
    for (const changes of [[change('swap')], [halves]]) {
      const { report } = await gate(random, { with: changes, copies: 8 });
      expect(report.with_copies).toBeLessThan(0.7);
    }
  });

  test('a label with one row cannot be held back', async () => {
    const dataset = datasetOf([...training, ['It is too loud here', 'noise']]);
    expect(await failure(gate(dataset, { with: [change('swap')] }))).toBe(
      'step:gate too-few-rows: `gate: cv` holds rows back to measure on, so it needs two of every label; of `noise` there are fewer',
    );
  });
});

describe('mixup', () => {
  const method = (name: string) => ({
    name: 'head',
    arguments: { kind: name, c: 1, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' },
  });

  async function scored(from: Artifact, options: Readonly<Record<string, unknown>> = {}) {
    const model = (await run(fineTune, { options, inputs: { model: ngrams(), from } })).artifact;
    const on = await datasetArtifact(datasetOf(testing));
    const ran = await run(evaluate, { options: { bootstrap: 0, metrics: ['nll'] }, inputs: { model, on } });
    return (await json(ran.artifact, 'report.json')) as EvaluationReport;
  }

  test('rows say with what they are mixed, and keep more than half of their own', async () => {
    const { rows } = await augmented(original, { with: [mixup], copies: 2 });
    expect(rows.rows).toBe(36);
    const partners = rows.columns.get('mixed_with') ?? [];
    const labels = rows.columns.get('mixed_label') ?? [];
    const shares = rows.columns.get('own_share') ?? [];
    partners.forEach((partner, i) => {
      if (i % 3 === 0) return expect([partner, labels[i], shares[i]]).toEqual([null, null, null]);
      expect(training).toContainEqual([partner, labels[i]]);
      expect(partner).not.toBe(texts(rows)[i]);
      expect(shares[i]).toBeGreaterThanOrEqual(0.5);
    });
  });

  test.each(['logistic', 'ridge', 'prototype'])('%s learns from mixed rows', async (name) => {
    const options = {
      method:
        name === 'prototype' ? { name, arguments: { distance: 'cosine', temperature: 0.1 } } : method(name),
    };
    const { artifact } = await augmented(original, { with: [mixup], copies: 2 });
    const mixed = await scored(artifact, options);
    const plain = await scored(await datasetArtifact(original), options);
    expect(mixed.metrics['nll']?.value).not.toBeCloseTo(plain.metrics['nll']?.value ?? NaN, 6);
    expect(mixed.labels_used).toBe(12);
    expect(mixed.per_label.every(({ recall }) => recall === 1)).toBe(true);
  });

  test('what cannot use mixed rows refuses them', async () => {
    const { artifact, rows } = await augmented(original, { with: [mixup] });
    expect(await failure(scored(artifact, { method: method('knn') }))).toBe(
      'step:method not-supported: the rows were mixed by `mixup`, and `head(kind: knn)` takes one label a row',
    );
    const model = (await run(fineTune, { inputs: { model: ngrams(), from: artifact } })).artifact;
    expect(await failure(run(evaluate, { inputs: { model, on: artifact } }))).toContain(
      'step:on not-supported',
    );
    const from = { type: 'dataset', columns: [...rows.columns.keys()], rows: undefined, labelled: true, labels: undefined, partition: 'train' } as const; // prettier-ignore
    expect(check(fineTune, { options: { method: method('knn') }, inputs: { from } }).problems).toContain(
      'method not-supported',
    );
  });
});

describe('what is known before anything runs', () => {
  const from = (partition: 'train' | 'test' | 'unlabelled', labelled = true) =>
    ({
      type: 'dataset',
      columns: ['text', 'label'],
      rows: 4,
      labelled,
      labels: [
        { name: 'x', rows: 4 },
        { name: 'y', rows: 0 },
      ],
      partition,
    }) as const;

  test('the copies have the labels and the part of their rows', () => {
    const { outputs, problems } = check(augment, {
      options: { with: [mixup] },
      inputs: { from: from('train') },
    });
    expect(problems).toBe('');
    expect(outputs['']).toEqual({
      type: 'dataset',
      columns: ['text', 'label', 'original_text', 'mixed_with', 'mixed_label', 'own_share'],
      rows: undefined,
      labelled: true,
      labels: [
        { name: 'x', rows: undefined },
        { name: 'y', rows: 0 },
      ],
      partition: 'train',
    });
  });

  const model = { type: 'model', capability: 'encoder', labels: undefined } as const;
  test.each([
    [{ with: [change('typos')] }, { from: from('test') }, ''],
    [
      { with: [mixup] },
      { from: from('test') },
      'from leak leakage: `mixup` makes rows to learn from, and these are for the test',
    ],
    [
      { with: [change('typos')], gate: cv },
      { from: from('unlabelled', false) },
      'from needs-labels: `gate: cv` measures against labels, and these rows have none',
    ],
    [
      { with: [change('typos')] },
      { from: from('train'), model },
      'model warns option-without-effect: `model` changes nothing here: it belongs to `filter` and `gate`',
    ],
  ])('%j', (options, inputs, expected) => {
    expect(check(augment, { options, inputs }).problems).toBe(expected);
  });
});

describe('fill', () => {
  const folder = join(import.meta.dirname, '../../fixtures/masked/tiny-bert');
  const files = Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]),
  );
  const masked = artifactOf('model', files);
  const films = datasetOf([
    ['The movie was great, the book is awful!', 'good'],
    ['This film is terrible.', 'bad'],
    ['A fine plot in a bad film', 'good'],
  ]);
  const options = { with: [{ name: 'fill', arguments: { model: 0, rate: 0.3 } }], copies: 3 };
  const filled = async (
    dataset: Dataset,
    more: Readonly<Record<string, unknown>> = {},
    models = [masked],
  ): Promise<{ readonly rows: Dataset; readonly ran: Ran; readonly progress: readonly string[] }> => {
    const progress: string[] = [];
    const inputs = {
      from: await datasetArtifact(dataset),
      fill: models.map((artifact, i) => ({ name: `model ${i + 1}`, keys: {}, artifact })),
    };
    const onProgress = (done: number, unit: string): void => void progress.push(`${done} ${unit}`);
    const ran = await run(augment, { options: { ...options, ...more }, inputs, onProgress });
    return { ran, rows: await readDataset(ran.artifact), progress };
  };

  test('gives each row copies in which words of the model stand in the place of others', async () => {
    const { rows, progress } = await filled(films);
    expect(rows.rows).toBe(12);
    expect(new Set(texts(rows)).size).toBe(12);
    expect(progress.some((one) => one.endsWith('masked words'))).toBe(true);
    for (const [i, text] of texts(rows).entries()) {
      const [own = ''] = films.columns.get('text')?.slice(rows.source[i], rows.source[i] + 1) ?? [];
      const [words, before] = [text, String(own)].map((one) => one.split(' '));
      expect(words).toHaveLength(before.length);
      expect(text.replace(/\w+/g, '')).toBe(String(own).replace(/\w+/g, ''));
      expect(text.charAt(0)).toBe(text.charAt(0).toUpperCase());
    }
  });

  test('the copies of a row do not depend on the rows beside it', async () => {
    const all = texts((await filled(films)).rows);
    expect(texts((await filled(select(films, [2]))).rows)).toEqual(all.slice(8));
    expect(texts((await filled(select(films, [1, 0]))).rows)).toEqual([
      ...all.slice(4, 8),
      ...all.slice(0, 4),
    ]);
  });

  test('goes with other changes, two models, the filter and the gate', async () => {
    const twice = [0, 1].map((model) => ({ name: 'fill', arguments: { model, rate: 0.5 } }));
    const other = artifactOf('model', { ...files, 'README.md': 'the same otherwise' });
    const { ran, rows } = await filled(
      datasetOf(training),
      {
        with: [...twice, change('swap')],
        filter: { name: 'similarity', arguments: { min: 0 } },
        gate: cv,
      },
      [masked, other],
    );
    const { kept } = (await json(ran.artifact, 'gate.json')) as GateReport;
    expect(rows.rows).toBe(kept ? 12 * 4 : 12);
  });

  test('a model without words for masks is refused, also before anything runs', async () => {
    const random = artifactOf('model', encoderFiles);
    for (const model of [random, ngrams()])
      expect(await failure(filled(films, {}, [model]))).toContain('`fill` asks a masked language model');
    const problems = (masks: boolean): string => {
      const model = { type: 'model', capability: 'encoder', labels: undefined, masked: masks } as const;
      return check(augment, { options, inputs: {}, many: [{ name: 'model 1', static: model }] }).problems;
    };
    expect(problems(false)).toContain('with wrong-artifact: `fill` asks a masked language model');
    expect(problems(true)).toBe('');
  });

  test('stops between batches', async () => {
    const stopped = new AbortController();
    const inputs = {
      from: await datasetArtifact(films),
      fill: [{ name: 'model 1', keys: {}, artifact: masked }],
    };
    const onProgress = (): void => stopped.abort(new Error('enough'));
    await expect(run(augment, { options, inputs, onProgress, signal: stopped.signal })).rejects.toThrow(
      'enough',
    );
  });
});

describe('texts written by sequence-to-sequence models', () => {
  const writer = (name: string): Artifact => {
    const folder = join(import.meta.dirname, '../../fixtures/seq2seq', name);
    const contents = modelFiles(folder).map((file) => [file, readFileSync(join(folder, file))] as const);
    const path = async (file: string): Promise<string> => join(folder, file);
    return { ...artifactOf('model', Object.fromEntries(contents)), path };
  };
  const films = datasetOf([
    ['the film was good', 'good'],
    ['a very old house', 'bad'],
    ['the cat sat on the mat', 'good'],
  ]);
  const written = async (
    dataset: Dataset,
    change: { readonly name: string; readonly arguments: object },
    models: readonly string[],
    more: Readonly<Record<string, unknown>> = {},
  ) => {
    const inputs = {
      from: await datasetArtifact(dataset),
      write: models.map((name, i) => ({ name: `model ${i + 1}`, keys: {}, artifact: writer(name) })),
    };
    const ran = await run(augment, { options: { with: [change], copies: 3, ...more }, inputs });
    const rows = await readDataset(ran.artifact);
    return { ran, texts: texts(rows), sources: rows.source };
  };
  const paraphrase = { name: 'paraphrase', arguments: { model: 0, prefix: 'a ', temperature: 2 } };
  const translate = (more: object) => ({
    name: 'back_translate',
    arguments: { model: [0, 1], language: 'en', temperature: 1, ...more },
  });

  test('paraphrases differ, and depend on the row, the prefix and the seed alone', async () => {
    const all = await written(films, paraphrase, ['t5']);
    expect(all.texts).toHaveLength(12);
    expect(new Set(all.texts).size).toBe(12);
    expect((await written(select(films, [2]), paraphrase, ['t5'])).texts).toEqual(all.texts.slice(8));
    const other = { ...paraphrase, arguments: { ...paraphrase.arguments, prefix: '' } };
    expect((await written(films, other, ['t5'])).texts).not.toEqual(all.texts);
  });

  test.each([
    ['one model there and another one back', translate({}), ['marian', 'bart']],
    ['one model that knows both languages', translate({ model: [0], via: 'fr' }), ['m2m100']],
    ['one model there and back', translate({ model: [0, 1] }), ['t5', 't5']],
  ])('translations come back by %s', async (_, change, models) => {
    const first = await written(films, change, models);
    expect(first.texts.length).toBeGreaterThan(3);
    const own = new Set(first.texts.map((text, i) => `${first.sources[i]} ${text}`));
    expect(own.size).toBe(first.texts.length);
    expect((await written(films, change, models)).ran.artifact.digest).toBe(first.ran.artifact.digest);
  });

  test('what is wrong is told', async () => {
    const unknown = translate({ model: [0], via: 'tlh' });
    expect(await failure(written(films, unknown, ['m2m100']))).toBe(
      'step:with wrong-artifact: the model has no token for the language `tlh`',
    );
    const options = { with: [translate({ model: [0] })] };
    expect(check(augment, { options, inputs: {} }).problems).toBe(
      'with missing-option: `back_translate` with one model needs `via`, the language to translate into',
    );
    expect(check(augment, { options: { with: [translate({})] }, inputs: {} }).problems).toBe('');
    const two = { with: [translate({ via: 'fr' })] };
    expect(check(augment, { options: two, inputs: {} }).problems).toMatch(
      /^with warns option-without-effect: `via` changes nothing here/,
    );
    const language = (code: string): boolean => code !== 'tlh';
    const many = [{ name: 'm', static: { type: 'model', capability: 'generator', labels: undefined, language } }] as const; // prettier-ignore
    const found = (via: string, place: number) => {
      const changing = { with: [translate({ model: [place], via })] };
      return check(augment, { options: changing, inputs: {}, many }).problems;
    };
    expect(found('tlh', 0)).toBe('with wrong-artifact: the model has no token for the language `tlh`');
    expect([found('fr', 0), found('tlh', 1)]).toEqual(['', '']);
    const failing = async (artifact: Artifact): Promise<string> => {
      const inputs = { from: await datasetArtifact(films), write: [{ name: 'model 1', keys: {}, artifact }] };
      return failure(run(augment, { options: { with: [paraphrase] }, inputs }));
    };
    const path = async (): Promise<string> => join(import.meta.dirname, 'rig.ts');
    expect(await failing({ ...writer('t5'), path })).toContain(
      'step:with bad-model: `onnx/encoder_model.onnx` cannot be run',
    );
    expect(await failing(artifactOf('model', encoderFiles))).toContain(
      'step:with wrong-artifact: a sequence-to-sequence model is needed here',
    );
  });
});
