import fc from 'fast-check';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Artifact, StaticDataset } from '../../../src/stages/artifact.ts';
import { loadClassifier } from '../../../src/stages/classifier.ts';
import { labelBudget } from '../../../src/stages/consumed.ts';
import {
  select,
  texts,
  withColumn,
  withoutLabels,
  withTexts,
  type Dataset,
} from '../../../src/stages/dataset.ts';
import { readDataset } from '../../../src/stages/dataset-file.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { openEncoder, openNgrams } from '../../../src/stages/model-source.ts';
import { predict } from '../../../src/stages/predict.ts';
import { fitted, joined, type Piece } from '../../../src/stages/prompt-render.ts';
import { openRendering } from '../../../src/stages/prompt-rows.ts';
import { prompt } from '../../../src/stages/prompt.ts';
import { artifactOf } from '../data/memory.ts';
import { testing, training } from './messages.ts';
import {
  budgetOf,
  check,
  context,
  datasetArtifact,
  datasetOf,
  failure,
  json,
  ngrams,
  run,
  said,
} from './rig.ts';
import { tiny } from './tiny-encoder.ts';

const verbalizer = [
  ['borrow', ['borrow a book']],
  ['card', ['library card']],
  ['hours', ['opening hours']],
] as const;

async function prompted(options: object, rows: Dataset = datasetOf(training), seed = 0): Promise<Artifact> {
  const inputs = { from: await datasetArtifact(rows) };
  return (await run(prompt, { options: options as never, inputs, seed })).artifact;
}

async function tuned(
  options: object,
  rows?: Dataset,
  more: object = {},
  model = ngrams(),
): Promise<Artifact> {
  const from = await prompted(options, rows);
  return (await run(fineTune, { options: more as never, inputs: { model, from } })).artifact;
}

/** Probabilities of the labels of each row. */
async function rendered(from: Artifact, rows?: Dataset): Promise<readonly (readonly string[])[]> {
  const dataset = await readDataset(from);
  if (dataset.prompt === undefined) throw new Error('no prompt');
  const render = await openRendering(openNgrams(context), dataset.prompt, async () => dataset);
  return render(rows ?? dataset);
}

function folder(name: string): Artifact {
  const path = join(import.meta.dirname, '../../fixtures', name);
  const files = readdirSync(path).map(
    (file) => [file, new Uint8Array(readFileSync(join(path, file)))] as const,
  );
  return artifactOf('model', Object.fromEntries(files));
}

describe('a template', () => {
  const inboxRows = datasetOf(testing);

  test('is filled in where a model is fitted and where it is asked, and the rows stay as they were', async () => {
    const model = await tuned({ template: ['Dear library: {text} Yours.'] });
    const by = (rows: Dataset) =>
      withTexts(
        rows,
        texts(rows).map((text) => `Dear library: ${text} Yours.`),
      );
    const from = await datasetArtifact(by(datasetOf(training)));
    const byHand = (await run(fineTune, { inputs: { model: ngrams(), from } })).artifact;
    expect(await said(model, inboxRows)).toEqual(await said(byHand, by(inboxRows)));
    const { support } = await loadClassifier(model, context);
    expect(texts(await support())).toEqual(training.map(([text]) => text));
  });

  test('names the text by its column or as `{text}`, and other columns by their names', async () => {
    const mail = { ...datasetOf(training, { columns: { title: training.map((_, i) => `No ${i}`) } }) };
    const columns = new Map(
      [...mail.columns].map(([name, values]) => [name === 'text' ? 'mail' : name, values]),
    );
    const rows: Dataset = { ...mail, columns, roles: { text: 'mail', label: 'label' } };
    for (const template of ['{title}: {mail}', '{title}: {text}', '{{title}}{title}: { mail }'])
      expect((await rendered(await prompted({ template: [template] }, rows)))[0]?.[1]).toBe(
        `${template.startsWith('{{') ? '{title}' : ''}No 1: ${training[1]?.[0]}`,
      );
    const asked = withColumn(inboxRows, 'title', ['Re', 'Re', 'Re', 'Re', 'Re', 'Re']);
    const from = await prompted({ template: ['{title}: {mail}'] }, rows);
    expect((await rendered(from, asked))[0]?.[0]).toBe(`Re: ${testing[0]?.[0]}`);
    expect(await failure(rendered(from, inboxRows))).toBe(
      'step: unknown-column: the template of the prompt reads the column `title`, which these rows do not have',
    );
  });

  test('does not show the label', async () => {
    expect(await failure(prompted({ template: ['{label}: {text}'] }))).toBe(
      'step:template label-in-text: the text is made from `label`, which is the column of the labels: a model would read the answer',
    );
  });

  test('is one of several whose vectors are averaged', async () => {
    const { encode } = openNgrams(context);
    const classifier = await loadClassifier(await tuned({ template: ['{text}', 'Hello. {text}'] }), context);
    const [plain, hello] = await Promise.all([
      encode(texts(inboxRows)),
      encode(texts(inboxRows).map((text) => `Hello. ${text}`)),
    ]);
    const { data } = await classifier.encodeRows(inboxRows);
    data.forEach((value, i) =>
      expect(value).toBeCloseTo(((plain.data[i] ?? 0) + (hello.data[i] ?? 0)) / 2, 6),
    );
  });

  test('that says nothing changes nothing', async () => {
    const from = await datasetArtifact(datasetOf(training));
    const { artifact } = await run(fineTune, { inputs: { model: ngrams(), from } });
    expect(await said(await tuned({ template: ['{text}'] }), inboxRows)).toEqual(
      await said(artifact, inboxRows),
    );
  });

  test('stays whole where a text is too long for the model', async () => {
    const long = datasetOf([
      ['one two three '.repeat(40), 'card'],
      ['the cat', 'hours'],
      ['词'.repeat(100), 'card'],
      ['seven', 'hours'],
    ]);
    const encoder = await openEncoder(folder('encoders/odd-bert'), context, { maxLength: 20 });
    const from = await readDataset(
      await prompted(
        { template: ['fox: {text} over {number} dog!'] },
        withColumn(long, 'number', ['one', 'two', 'one', 'two']),
      ),
    );
    if (from.prompt === undefined) throw new Error('no prompt');
    const [found = []] = await (await openRendering(encoder, from.prompt, async () => from))(from);
    const tokenizer = await encoder.tokenizer?.();
    expect(found[1]).toBe('fox: the cat over two dog!');
    for (const text of found) {
      expect(text).toMatch(/^fox: .* over (one|two) dog!$/su);
      expect(tokenizer?.length(text)).toBeLessThanOrEqual(20);
    }
    expect(found[0]).toMatch(/^fox: one two three one .*(one|two|three) over one dog!$/);
    const narrow = await openEncoder(folder('encoders/odd-bert'), context, { maxLength: 6 });
    const render = await openRendering(narrow, from.prompt, async () => from);
    expect(await failure(render(from))).toContain(
      'out-of-range: the template alone does not fit into the 6 tokens',
    );
  });

  test('loses nothing, whatever the pieces and the room', () => {
    const piece = fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 40 }), value: fc.boolean() });
    fc.assert(
      fc.property(fc.array(piece), fc.nat(120), (pieces: readonly Piece[], room) => {
        const size = (text: string): number => [...text].length;
        const text = fitted(pieces, (whole) => size(whole) <= room);
        const template = pieces.filter(({ value }) => !value).map(({ text: own }) => own);
        if (text === undefined) {
          expect(size(template.join(''))).toBeGreaterThan(room);
          return;
        }
        expect(size(text)).toBeLessThanOrEqual(room);
        if (size(joined(pieces)) <= room) expect(text).toBe(joined(pieces));
        let at = 0;
        for (const fixed of template) {
          const found = text.indexOf(fixed, at);
          expect(found).toBeGreaterThanOrEqual(0);
          at = found + fixed.length;
        }
      }),
    );
  });

  test('refuses mixed rows, and rows that carry another prompt than the model', async () => {
    const mixed = datasetOf(training, { columns: { mixed_with: training.map(() => 'Hello'), mixed_label: training.map(() => 'card'), own_share: training.map(() => 0.7) } }); // prettier-ignore
    expect(await failure(tuned({ template: ['Dear {text}'] }, mixed))).toContain(
      'the rows were mixed by `mixup`',
    );
    const model = await tuned({ template: ['Dear {text}'] });
    const same = await prompted({ template: ['Dear {text}'] }, datasetOf(testing));
    const other = await prompted({ template: ['Hi {text}'] }, datasetOf(testing));
    await run(evaluate, { inputs: { model, on: same } });
    expect(await failure(run(evaluate, { inputs: { model, on: other } }))).toBe(
      'step:on wrong-artifact: these rows carry another prompt than the rows the model was fitted on',
    );
    const from = await datasetArtifact(datasetOf(training));
    const plain = (await run(fineTune, { inputs: { model: ngrams(), from } })).artifact;
    const chosen = {
      model: ngrams(),
      from: await prompted({ template: ['Dear {text}'] }),
      validation: other,
    };
    expect(await failure(run(fineTune, { inputs: chosen }))).toMatch(/^step:validation wrong-artifact/);
    const calibrated = { model, on: await datasetArtifact(datasetOf(testing)), calibrate_on: other };
    expect(await failure(run(evaluate, { inputs: calibrated }))).toMatch(/^step:calibrate_on wrong-artifact/);
    expect(await failure(run(predict, { inputs: { model: plain, from: same } }))).toBe(
      'step:from wrong-artifact: these rows carry a prompt, and the model was fitted on rows without one',
    );
  });
});

describe('texts of labels', () => {
  const zero = { template: ['{text}'], label_template: ['I write about {label}.'], verbalizer };
  const pool = withoutLabels(datasetOf(training, { partition: 'unlabelled' }));
  const prototype = { method: { name: 'prototype', arguments: { distance: 'cosine', temperature: 0.1 } } };

  test('are further examples that cost no label', async () => {
    const byHand = datasetOf([
      ...training,
      ...verbalizer.map(([label, [word]]) => [`I write about ${word}.`, label] as const),
    ]);
    const inputs = { model: ngrams(), from: await datasetArtifact(byHand) };
    const wanted = (await run(fineTune, { inputs })).artifact;
    const model = await tuned(zero);
    expect(await said(model, datasetOf(testing))).toEqual(await said(wanted, datasetOf(testing)));
    const classifier = await loadClassifier(model, context);
    expect(labelBudget(await classifier.consumed())).toEqual({ fitted: 12, selected: 0 });
  });

  test('stand for a label without rows', async () => {
    const rows = datasetOf(
      training.filter(([, label]) => label !== 'card'),
      { labels: ['borrow', 'card', 'hours'] },
    );
    const found = await said(
      await tuned(zero, rows, prototype),
      datasetOf([['My library card is lost', 'card']]),
    );
    expect(found.indexOf(Math.max(...found))).toBe(1);
  });

  test('tell labels apart without any labelled row', async () => {
    const model = await tuned(zero, pool, prototype);
    const classifier = await loadClassifier(model, context);
    expect(labelBudget(await classifier.consumed())).toEqual({ fitted: 0, selected: 0 });
    expect((await classifier.support()).rows).toBe(0);
    const { artifact } = await run(evaluate, {
      inputs: { model, on: await datasetArtifact(datasetOf(testing)) },
    });
    const report = (await json(artifact, 'report.json')) as { metrics: { accuracy: { value: number } } };
    expect(report).toMatchObject({ labels_used: 0, baselines: { majority: {} } });
    expect(report).not.toHaveProperty('baselines.frozen_probe');
    expect(report.metrics.accuracy.value).toBeGreaterThan(0.8);
    const rows = await run(predict, {
      options: { neighbours: 2 },
      inputs: { model, from: await datasetArtifact(pool) },
    });
    expect((await readDataset(rows.artifact)).columns.get('neighbour_1')?.[0]).toBeNull();
  });

  test('are all that is encoded where vectors are kept', async () => {
    const cacheDirectory = mkdtempSync(join(tmpdir(), 'fsl-prompt-'));
    try {
      const from = await prompted(zero, pool);
      const { artifact } = await run(fineTune, { inputs: { model: tiny(), from }, cacheDirectory });
      const found = await said(artifact, datasetOf(testing));
      expect(found).toHaveLength(3 * testing.length);
      expect(found.every(Number.isFinite)).toBe(true);
    } finally {
      rmSync(cacheDirectory, { recursive: true });
    }
  });

  test('take the name of a label where no word is given', async () => {
    const rows = datasetOf([['a', 'lost_card'], ['b', 'x']]); // prettier-ignore
    const { prompt: found } = await readDataset(
      await prompted({ template: ['{text}'], label_template: ['{label}!'] }, rows),
    );
    expect(found?.words).toEqual([['lost_card', ['lost card']], ['x', ['x']]]); // prettier-ignore
  });
});

describe('demonstrations', () => {
  const shown = { template: ['{text}'], label_template: ['({label})'], demonstrations: { per_label: 1 } };
  const shownIn = (text: string): readonly string[] =>
    training.map(([own]) => own).filter((own) => text.includes(own));

  test.each(['random', 'nearest'])('%s: one of each label, never the row itself', async (how) => {
    const [found = []] = await rendered(await prompted({ ...shown, select: how }));
    expect(found).toHaveLength(12);
    found.forEach((text, row) => {
      const [own = ''] = training[row] ?? [];
      expect(text.startsWith(`${own} `)).toBe(true);
      expect(text.split(own)).toHaveLength(2);
      expect(shownIn(text)).toHaveLength(4);
      expect(text.match(/\((borrow|card|hours)\)/g)).toEqual(['(borrow)', '(card)', '(hours)']);
    });
  });

  test('nearest are those of the nearest texts, of a copy not the row it was made from', async () => {
    const from = await prompted({ ...shown, select: 'nearest' });
    const asked = datasetOf([['My card does not work at the gate!', 'card']]);
    const [[text = ''] = []] = await rendered(from, asked);
    expect(text).toContain('My card does not work at the gate (card)');
    const copy = withColumn(asked, 'original_text', ['My card does not work at the gate']);
    expect((await rendered(from, copy))[0]?.[0]).not.toContain('My card does not work at the gate (card)');
  });

  test('random ones follow the seed and the contents, not the order of the rows', async () => {
    const [found = []] = await rendered(await prompted({ ...shown, select: 'random' }, undefined, 1));
    const turned = datasetOf(training.toReversed());
    const [backwards = []] = await rendered(await prompted({ ...shown, select: 'random' }, turned, 1));
    expect(backwards.toReversed()).toEqual(found);
    const seeds = await Promise.all(
      [1, 2, 3, 4].map(
        async (seed) =>
          (await rendered(await prompted({ ...shown, select: 'random' }, undefined, seed)))[0]?.[0],
      ),
    );
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });

  test('come from the rows that a model is fitted on, whatever the prompt was made of', async () => {
    const all = datasetOf([...training, ...testing]);
    const from = await readDataset(await prompted({ ...shown, select: 'random' }, all));
    const part = select(from, Array.from(training.keys()));
    const inputs = { model: ngrams(), from: await datasetArtifact(part) };
    const classifier = await loadClassifier((await run(fineTune, { inputs })).artifact, context);
    const render = await openRendering(openNgrams(context), classifier.description.prompt ?? (() => { throw new Error(); })(), classifier.support); // prettier-ignore
    const [texts = []] = await render(datasetOf([['Hello', 'card']]));
    expect(shownIn(texts[0] ?? '')).toHaveLength(3);
    await run(evaluate, {
      inputs: {
        model: (await run(fineTune, { inputs })).artifact,
        on: await datasetArtifact(datasetOf(testing)),
      },
    });
  });

  test('need one more row of each label than are shown', async () => {
    expect(await failure(tuned({ ...shown, demonstrations: { per_label: 4 }, select: 'random' }))).toBe(
      'step:from too-few-rows: 4 demonstrations per label need 5 different rows of each label, and of `borrow`, `card`, `hours` there are fewer',
    );
  });
});

describe('a mask', () => {
  const reviews = datasetOf([
    ['the plot of this film was a book', 'x'],
    ['awful movie', 'y'],
  ]);
  const pool = withoutLabels(reviews);
  const words = [['x', ['great', 'good']], ['y', ['bad', 'awful']]] as const; // prettier-ignore
  const cloze = (c = 1) => ({ method: { name: 'cloze', arguments: { c } } });
  const asked = { template: ['It was {mask}. {text}'], verbalizer: words };
  const tiny = folder('masked/tiny-bert');

  test('gives labels the probabilities of their words, as transformers has them', async () => {
    const expected = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../fixtures/masked/expected.json'), 'utf8'),
    ) as { words: string[]; texts: string[]; logits: number[][] };
    const model = await tuned({ ...asked, template: ['{mask} ! {text}'] }, pool, cloze(), tiny);
    const [great = 0, good = 0, bad = 0, awful = 0] = expected.logits[1] ?? [];
    const share = 1 / (1 + Math.exp((bad + awful) / 2 - (great + good) / 2));
    const [found] = await said(model, select(reviews, [0]));
    expect(found).toBeCloseTo(share, 4);
    expect((await budgetOf(model)).fitted).toBe(0);
  });

  test('moves with labelled rows as far as `c` lets it', async () => {
    const start = await said(await tuned(asked, pool, cloze(), tiny), reviews);
    const far = await said(await tuned(asked, reviews, cloze(100), tiny), reviews);
    const near = await said(await tuned(asked, reviews, cloze(1e-9), tiny), select(reviews, [0]));
    expect([far[0], far[3]].every((share) => (share ?? 0) > 0.9)).toBe(true);
    expect(Math.abs((near[0] ?? 0) - (start[0] ?? 0))).toBeLessThan(0.35); // only the intercept is free
  });

  test('is calibrated to have no preference without a text', async () => {
    const model = await tuned({ ...asked, calibrate: true }, pool, cloze(), tiny);
    const empty = await said(model, withTexts(reviews, ['', 'N/A']));
    expect(((empty[0] ?? 0) + (empty[2] ?? 0)) / 2).toBeCloseTo(0.5, 1);
    const plain = await said(await tuned(asked, pool, cloze(), tiny), withTexts(reviews, ['', 'N/A']));
    expect(plain).not.toEqual(empty);
  });

  test('is not one that stands in a text', async () => {
    const model = await tuned(asked, pool, cloze(), tiny);
    const written = withTexts(reviews, ['a [MASK] film', 'a [ MASK ] film']);
    const [first, , second] = await said(model, written);
    expect(first).toBe(second);
  });

  test('shows demonstrations with their words', async () => {
    const rows = datasetOf([...training.slice(0, 2), ...training.slice(4, 6)]);
    const encoder = await openEncoder(tiny, context, { maxLength: undefined });
    const from = await readDataset(
      await prompted({ template: ['{text} : {mask}'], verbalizer: [['borrow', ['good']], ['hours', ['bad']]], demonstrations: { per_label: 1 }, select: 'random' }, withTexts(rows, ['a', 'it', 'was', 'is'])), // prettier-ignore
    );
    if (from.prompt === undefined) throw new Error('no prompt');
    const [found = []] = await (await openRendering(encoder, from.prompt, async () => from))(from);
    expect(found[0]).toMatch(/^a : \[MASK\] it : good (was|is) : bad$/);
  });

  test('takes words of several tokens, and tells which they are', async () => {
    const from = await prompted({ ...asked, verbalizer: [['x', ['greatly']], ['y', ['bad']]] }, pool); // prettier-ignore
    const { notes } = await run(fineTune, { options: cloze(), inputs: { model: tiny, from } });
    expect(notes).toContain(
      '`greatly` (x) is 3 tokens (`great`, `##l`, `##y`), and its score at the mask is the mean of theirs',
    );
  });

  test('wants words that the tokenizer can spell, and a model that is asked for words', async () => {
    const split = { ...asked, verbalizer: [['x', ['greatly', '漢']], ['y', ['bad']]] }; // prettier-ignore
    expect(await failure(tuned(split, pool, cloze(), tiny))).toBe(
      'step:from bad-verbalizer: the model cannot be asked for every word: `漢` (x) has characters that its tokenizer does not know',
    );
    const refused =
      'step:model wrong-artifact: the template asks for a word (`{mask}`), and this model has none to give';
    expect(await failure(tuned(asked, pool, cloze()))).toBe(refused);
    expect(await failure(tuned(asked, reviews))).toBe(refused);
    expect(await failure(tuned(asked, pool, cloze(), folder('encoders/odd-bert')))).toBe(refused);
    expect(await failure(tuned({ template: ['{text}'] }, reviews, cloze(), tiny))).toContain(
      'step:method wrong-artifact: `cloze` asks',
    );
    expect(await failure(tuned(asked, pool, {}, tiny))).toContain('step:method needs-labels');
  });
});

describe('what is known before anything runs', () => {
  const from: StaticDataset = {
    type: 'dataset',
    columns: ['text', 'label', 'title'],
    rows: 6,
    labelled: true,
    labels: [{ name: 'bad', rows: 3 }, { name: 'good', rows: 3 }], // prettier-ignore
    partition: 'train',
  };
  const pool: StaticDataset = { ...from, labelled: false, labels: [], partition: 'unlabelled' };
  const good = [['good', ['great']], ['bad', ['awful']]] as const; // prettier-ignore

  test('the rows carry the prompt', () => {
    const options = { template: ['{title}: {text} {mask}'], verbalizer: good, calibrate: true };
    const { problems, outputs } = check(prompt, { options, inputs: { from } });
    expect(problems).toBe('');
    expect(outputs['']).toEqual({ ...from, prompt: { mask: true, words: [['bad', ['awful']], ['good', ['great']]], label_texts: false, calibrate: true } }); // prettier-ignore
  });

  test.each<[object, StaticDataset, string]>([
    [{ template: ['{titel}: {text}'] }, from, 'template unknown-column: the data has no column `titel`'],
    [{ template: ['{label}: {text}'] }, { ...from, label_column: 'label' }, 'template label-in-text: the text is made from `label`, which is the column of the labels: a model would read the answer'], // prettier-ignore
    [{ template: ['{text'] }, from, 'template wrong-type: the template has a `{` without its `}`; write `{{` for the character itself'], // prettier-ignore
    [{ template: ['It was {mask}.'] }, from, 'template wrong-type: the template has no column, so every row would read the same'], // prettier-ignore
    [{ template: ['{text} {mask} {mask}'] }, from, 'template wrong-type: the template has 2 `{mask}`, and one word is asked for'], // prettier-ignore
    [{ template: ['{text} {mask}', '{text}'] }, from, 'template wrong-type: some templates have a `{mask}` and some have none, so they cannot be averaged'], // prettier-ignore
    [{ template: ['{text}'], label_template: ['It is good.'] }, from, 'label_template wrong-type: the template has no `{label}`, so all labels would read the same'], // prettier-ignore
    [{ template: ['{text}'], label_template: ['{title} is {label}'] }, from, 'label_template wrong-type: `label_template` makes a text of a label alone, and `{title}` is something else'], // prettier-ignore
    [{ template: ['{text} {mask}'], label_template: ['{label}'] }, from, 'label_template option-without-effect: `{mask}` asks for the word of a label, and `label_template` makes texts of labels: one of them'], // prettier-ignore
    [{ template: ['{text}'], verbalizer: good }, from, 'verbalizer option-without-effect: nothing uses the words: the template has no `{mask}`, and there is no `label_template`'], // prettier-ignore
    [{ template: ['{text}'], calibrate: true }, from, 'calibrate option-without-effect: `calibrate` corrects the scores of words, and the template has no `{mask}`'], // prettier-ignore
    [{ template: ['{text}'], select: 'nearest' }, from, 'select option-without-effect: `select` chooses demonstrations, and there are none'], // prettier-ignore
    [{ template: ['{text}'], demonstrations: { per_label: 1 } }, from, 'demonstrations option-without-effect: a demonstration shows a row with its label, and there is no place for the label'], // prettier-ignore
    [{ template: ['{text} {mask}'], demonstrations: { rows: 1 } }, from, 'demonstrations wrong-type: demonstrations are drawn by label'], // prettier-ignore
    [{ template: ['{text} {mask}'], demonstrations: { per_label: 3 } }, from, 'demonstrations too-few-rows: 3 demonstrations per label need 4 different rows of each label, and of `bad`, `good` there are fewer'], // prettier-ignore
    [{ template: ['{text} {mask}'], demonstrations: { per_label: 1 } }, { ...from, partition: 'test' }, 'demonstrations leak leakage: demonstrations are what a model learns from, and these rows are for the test'], // prettier-ignore
    [{ template: ['{text} {mask}'], verbalizer: good, demonstrations: { per_label: 1 } }, pool, 'demonstrations needs-labels: a demonstration shows a row with its label, and these rows have none'], // prettier-ignore
    [{ template: ['{text} {mask}'] }, pool, 'verbalizer missing-option: these rows have no labels, and nothing else says what the labels are'], // prettier-ignore
    [{ template: ['{text} {mask}'], verbalizer: [['good', ['great']], ['Bad', ['awful']]] }, from, 'verbalizer unknown-label: the verbalizer has words for `Bad`, and no row has that label\nverbalizer bad-verbalizer: the verbalizer has no word for `bad`'], // prettier-ignore
    [{ template: ['{text} {mask}'], verbalizer: [['good', ['fine', 'so']], ['bad', ['So', '']]] }, from, 'verbalizer bad-verbalizer: the words of `bad` have an empty one\nverbalizer bad-verbalizer: `so` stands for `bad` and for `good`, so it tells nothing'], // prettier-ignore
    [{ template: ['{text}'] }, { ...from, multi_label: true }, 'from not-supported: these rows have lists of labels, and this version of `prompt` knows one label a row'], // prettier-ignore
    [{ template: ['{text}'] }, { ...from, prompt: { mask: false, words: [], label_texts: false, calibrate: false } }, 'from not-supported: these rows carry a prompt already'], // prettier-ignore
  ])('%j', (options, rows, expected) => {
    expect(check(prompt, { options: options as never, inputs: { from: rows } }).problems).toBe(expected);
  });

  const asking = {
    mask: true,
    words: [
      ['x', ['great']],
      ['y', ['badly']],
    ] as const,
    label_texts: false,
    calibrate: true,
  };
  test.each<[object, StaticDataset['prompt'], boolean, string]>([
    [{}, { ...asking, mask: false, label_texts: true, calibrate: false }, false, ''],
    [{ method: { name: 'cloze', arguments: { c: 1 } } }, asking, false, ''],
    [{ method: { name: 'cloze', arguments: { c: 1 } } }, asking, true, 'method warns option-without-effect: the prompt has `calibrate: true`, which changes nothing where labelled rows are learnt from: they correct the score of each label anyway'], // prettier-ignore
    [{ method: { name: 'cloze', arguments: { c: 1 } } }, { ...asking, calibrate: false }, true, ''],
    [{ method: { name: 'cloze', arguments: { c: 1 } }, early_stopping: { name: 'early_stopping', arguments: { patience: 3 } } }, asking, true, 'early_stopping missing-option: `early_stopping` goes by the loss on validation rows, and there are none'], // prettier-ignore
    [{ method: { name: 'cloze', arguments: { c: 1 } } }, undefined, true, 'method wrong-artifact: `cloze` asks a masked language model for a word, and these rows carry no prompt with a `{mask}`'], // prettier-ignore
    [{}, asking, true, 'method warns option-without-effect: the prompt has `calibrate: true`, which `head(kind: logistic)` makes no use of: it corrects the scores of words'], // prettier-ignore
    [{}, { ...asking, calibrate: false }, false, 'method needs-labels: `head(kind: logistic)` learns from labels, and these rows have none'], // prettier-ignore
  ])('by `fine-tune`: %j', (options, own, labelled, expected) => {
    const rows = { ...(labelled ? from : pool), prompt: own };
    const { problems, outputs } = check(fineTune, { options: options as never, inputs: { from: rows } });
    expect(problems).toBe(expected);
    expect(outputs['']).toMatchObject({ labels: labelled ? ['bad', 'good'] : ['x', 'y'] });
  });

  test('words that the tokenizer of a folder cannot spell are known', () => {
    const word = (text: string) =>
      text === 'badly' ? ({ state: 'unknown' } as const) : ({ state: 'token', id: 7 } as const);
    const model = { type: 'model', capability: 'encoder', labels: undefined, masked: true, word } as const;
    const inputs = { from: { ...pool, prompt: asking }, model };
    const options = { method: { name: 'cloze', arguments: { c: 1 } } };
    expect(check(fineTune, { options, inputs }).problems).toBe(
      'from bad-verbalizer: the model cannot be asked for every word: `badly` (y) has characters that its tokenizer does not know',
    );
  });

  test('a folder that is not asked for words is known not to be', () => {
    const model = { type: 'model', capability: 'encoder', labels: undefined, masked: false } as const;
    const inputs = { from: { ...from, prompt: { ...asking, calibrate: false } }, model };
    expect(check(fineTune, { inputs }).problems).toBe(
      'model wrong-artifact: the template asks for a word (`{mask}`), and this model has none to give',
    );
  });
});
