// `contrastive` of rows with several labels, on a tiny BERT with random weights: what is learnt, what it is measured against, what is refused.
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/learning/random.ts';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { noCheckpoint } from '../../../src/stages/checkpoint.ts';
import type { Classifier } from '../../../src/stages/classifier.ts';
import { select, type Dataset } from '../../../src/stages/dataset.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { probedRows, type Probe } from '../../../src/stages/frozen-probe.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { textsAnew, unseenVectors } from '../../../src/stages/several-unseen.ts';
import type { TrainingRequest } from '../../../src/stages/train-encoder.ts';
import { check, context, datasetArtifact, datasetOf, failure, json, ngrams, run } from './rig.ts';
import { tiny } from './tiny-encoder.ts';

type Row = readonly [text: string, labels: readonly string[]];
const filler = ['the', 'quick', 'brown', 'over', 'lazy', 'one', 'two', 'three', 'word', 'test'];

/** Texts in which `cat`, `dog` and `sat` may each be or not, among other words: three labels that have nothing to do with each other. */
function rows(purpose: string, count: number): readonly Row[] {
  const random = createRandom(2, purpose);
  return Array.from({ length: count }, (_, i): Row => {
    const labels = ['cat', 'dog', 'sat'].filter((_, bit) => ((i >> bit) & 1) === 1);
    const others = Array.from({ length: 5 - labels.length }, () => filler[random.below(filler.length)] ?? '');
    return [random.shuffle([...labels, ...others]).join(' '), labels];
  });
}

function severalOf(of: readonly Row[], first = 0): Dataset {
  return {
    ...datasetOf([]),
    rows: of.length,
    columns: new Map<string, readonly (string | readonly string[])[]>([
      ['text', of.map(([text]) => text)],
      ['label', of.map(([, labels]) => labels)],
    ]),
    labels: ['cat', 'dog', 'sat'],
    multiLabel: true,
    source: Int32Array.from(of, (_, i) => first + i),
  };
}

const training = rows('train', 48);
const testing = severalOf(rows('test', 64), 1000);
const contrastive = (loss = 'cosine') => ({ name: 'contrastive', arguments: { iterations: 20, loss } });
const fast = { learning_rate: 3e-3, steps: 60, dropout: 0 };

async function fitted(options: Readonly<Record<string, unknown>>, from = training, model = tiny()) {
  return run(fineTune, {
    options: { threshold: 0.5, ...options },
    inputs: { model, from: await datasetArtifact(severalOf(from)) },
  });
}

async function measured(model: Artifact, options = {}, on = testing): Promise<EvaluationReport> {
  const ran = await run(evaluate, {
    options: { bootstrap: 0, overlap: 'keep', ...options },
    inputs: { model, on: await datasetArtifact(on) },
  });
  return (await json(ran.artifact, 'report.json')) as EvaluationReport; // written by evaluate
}
const precision = ({ metrics }: EvaluationReport): number => metrics['average_precision']?.value ?? NaN;

test('a trained encoder tells apart what a frozen one does not; the baseline is the frozen one', async () => {
  const { artifact, notes } = await fitted({ ...fast, method: contrastive() });
  expect(notes.join()).toMatch(/^trained in 60 steps on \d+ texts: loss \S+ at first, \S+ at last$/);
  const report = await measured(artifact);
  expect(precision(report)).toBeGreaterThan(0.75);
  const svm = { name: 'head', arguments: { kind: 'svm', c: 1, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' } }; // prettier-ignore
  const frozen = precision(await measured((await fitted({ method: svm })).artifact));
  expect(report.baselines['frozen_probe']?.['average_precision']).toBe(frozen);
  expect(frozen).toBeLessThan(precision(report) - 0.1);
  expect(artifact.names).toContain('base/model.safetensors');
});

test('of many rows the baseline is asked for some, and the model is measured on them too', async () => {
  const { artifact } = await fitted({ ...fast, steps: 6, method: contrastive() });
  const before = {} as Classifier['before']; // only whether there is one matters
  const fit: Probe = { state: 'fitted', head: () => Promise.reject(new Error('not asked')) };
  const drawn = probedRows({ before } as Classifier, fit, { rows: testing.rows, most: 20 }) ?? [];
  const report = await measured(artifact, { probe_rows: 20 });
  const some = await measured(artifact, {}, select(testing, drawn));
  expect(report.probed).toEqual({ rows: 20, metrics: some.metrics });
  expect(report.baselines['frozen_probe']).toEqual(some.baselines['frozen_probe']);
  expect(report.metrics).toEqual((await measured(artifact)).metrics);
});

test('shuffled labels teach nothing', async () => {
  const random = createRandom(4);
  const shuffled = random.shuffle(training.map(([, labels]) => labels));
  const from = training.map(([text], i): Row => [text, shuffled[i] ?? []]);
  const { artifact } = await fitted({ ...fast, method: contrastive() }, from);
  // Half of the rows have each label.
  expect(Math.abs(precision(await measured(artifact)) - 0.5)).toBeLessThan(0.15);
});

describe('the threshold is chosen where the encoder has not learnt the rows', () => {
  test('vectors depend on the labels that are learnt, and on no others', async () => {
    const dataset = severalOf(training);
    const names = ['cat', 'dog', 'sat'];
    const sets = training.map(([, labels]) => labels.map((label) => names.indexOf(label)));
    const learnt = [...training.keys()].filter((row) => row % 4 !== 0);
    const vectors = async (of: typeof sets) => {
      const options = { ...fast, steps: 4 } as TrainingRequest['options'];
      const method = contrastive() as TrainingRequest['method'];
      const given = { files: tiny(), dataset, sets: of, method, options, random: createRandom(1) };
      const anew = unseenVectors(given, { ...context, checkpoint: () => noCheckpoint });
      return (await anew(learnt)).data;
    };
    const plain = await vectors(sets);
    const others = await vectors(sets.map((set, row) => (row % 4 === 0 ? [2] : set)));
    expect(others).toEqual(plain);
    expect(await vectors(sets.map((set, row) => (row === 1 ? [2] : set)))).not.toEqual(plain);
  });

  test('which is told', async () => {
    const { notes } = await fitted({ ...fast, steps: 6, threshold: 'auto', method: contrastive() });
    expect(notes.at(-1)).toMatch(
      /^labels are given from a probability of \S+ on: .*, for which the encoder was trained 4 more times/,
    );
    expect(textsAnew(2000)).toBe(6000);
    expect(textsAnew(20_000)).toBe(0);
  });
});

describe('what is refused', () => {
  test.each(['supervised_contrastive', 'triplet', 'multiple_negatives'])('%s', async (loss) => {
    const wanted = `not-supported: the loss \`${loss}\` takes a pair for alike or not, and rows with lists of labels are alike in part`;
    expect(await failure(fitted({ method: contrastive(loss) }))).toBe(`step:method ${wanted}`);
    const from = { type: 'dataset', columns: undefined, rows: 4, labelled: true, multi_label: true, labels: undefined, partition: 'train' } as const; // prettier-ignore
    const { problems } = check(fineTune, { options: { method: contrastive(loss) }, inputs: { from } });
    expect(problems).toBe(`method ${wanted}`);
  });

  test('methods with a classifier of one label, and encoders without weights', async () => {
    expect(await failure(fitted({ method: { name: 'full', arguments: {} } }))).toContain(
      'step:method not-supported: `full` knows one label a row',
    );
    expect(await failure(fitted({ method: contrastive() }, training, ngrams()))).toContain(
      'step:model wrong-artifact: `contrastive` trains the encoder',
    );
  });

  const from = { type: 'dataset', columns: undefined, rows: 4, labelled: true, multi_label: true, labels: undefined, partition: 'train' } as const; // prettier-ignore
  test.each(['validation', 'unlabelled'])('%s', async (input) => {
    const { problems } = check(fineTune, { inputs: { from, [input]: from } });
    expect(problems).toMatch(
      new RegExp(`^${input} not-supported: [^\\n]*, and these rows have lists of labels$`),
    );
    const rows = await datasetArtifact(severalOf(training));
    const running = run(fineTune, { inputs: { model: tiny(), from: rows, [input]: rows } });
    expect(await failure(running)).toBe(`step:${problems}`);
  });

  test('early stopping', () => {
    const options = { early_stopping: { patience: 3 } };
    expect(check(fineTune, { options, inputs: { from } }).problems).toBe(
      'early_stopping not-supported: `early_stopping` goes by `validation` rows with one label each, and these rows have lists of labels',
    );
  });
});
