// `adapt` with `update: full`, on a tiny BERT with random weights: the encoder learns what a head on it cannot, and is undone and gone on with like the rest.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSafetensors } from '../../../src/learning/safetensors.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { adapt } from '../../../src/stages/adapt.ts';
import { artifactFolder } from '../../../src/stages/artifact-folder.ts';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { readDataset } from '../../../src/stages/dataset-file.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { predict } from '../../../src/stages/predict.ts';
import { prompt } from '../../../src/stages/prompt.ts';
import { budgetOf, check, datasetArtifact, datasetOf, failure, json, ngrams, run, type Row } from './rig.ts';
import { stoppedAt } from './stopped.ts';
import { folder, rows, testing, tiny } from './tiny-encoder.ts';

const update = {
  name: 'full',
  arguments: { learning_rate: 3e-3, head_learning_rate: 1e-2, passes: 3 },
} as const;
const eager = { ...update, arguments: { ...update.arguments, passes: 10 } };
const few = rows('few', 12);
const stream = rows('stream', 160); // encoding tells of rows, too, never of 96

async function modelOf(from: readonly Row[] = few, model: Artifact = tiny()): Promise<Artifact> {
  const options = { method: { name: 'prototype', arguments: { distance: 'cosine', temperature: 0.1 } } };
  return (await run(fineTune, { options, inputs: { model, from: await datasetArtifact(datasetOf(from)) } }))
    .artifact;
}

interface More {
  readonly model?: Artifact;
  readonly canary?: readonly Row[];
  readonly rows?: readonly Row[];
}

async function adapted(options: object = {}, more: More = {}, rest: Partial<Parameters<typeof run>[1]> = {}) {
  return run(adapt, {
    options: { update, ...options },
    inputs: {
      model: more.model ?? (await modelOf()),
      from: await datasetArtifact(datasetOf(more.rows ?? stream)),
      ...(more.canary && { canary: await datasetArtifact(datasetOf(more.canary)) }),
    },
    ...rest,
  });
}

async function accuracyOf(model: Artifact): Promise<number> {
  const asked = datasetOf(testing);
  const { artifact } = await run(predict, { inputs: { model, from: await datasetArtifact(asked) } });
  const labels = asked.columns.get('label') ?? [];
  return (
    (await column(artifact, 'predicted')).filter((label, i) => label === labels[i]).length / labels.length
  );
}

async function weightsOf(model: Artifact): Promise<Readonly<Record<string, readonly number[]>>> {
  const file = openSafetensors(await artifactFolder(model, 'encoder').read('model.safetensors'), 'after');
  return Object.fromEntries(file.names.map((name) => [name, [...file.tensor(name).data]]));
}

function weightsBefore(): Readonly<Record<string, readonly number[]>> {
  const file = openSafetensors(readFileSync(join(folder, 'model.safetensors')), 'before');
  return Object.fromEntries(file.names.map((name) => [name, [...file.tensor(name).data]]));
}

/** In every third text another animal. */
const withFoxes = (of: readonly Row[]): readonly Row[] =>
  of.map(([text, label], i): Row =>
    i % 3 === 0 ? [text.replace(/cat|dog/, 'fox'), 'foxes'] : [text, label],
  );

const column = async (artifact: Artifact | undefined, name: string) => {
  if (artifact === undefined) throw new Error('no such part');
  return (await readDataset(artifact)).columns.get(name) ?? [];
};

describe('an encoder that learns from a stream', () => {
  test('tells apart what it could not, and what a head on it cannot', async () => {
    const { artifact, parts } = await adapted();
    const frozen = await adapted({ update: { name: 'ridge', arguments: { alpha: 1 } } });
    const [own, others] = [await accuracyOf(artifact), await accuracyOf(frozen.artifact)];
    expect(own).toBeGreaterThan(0.95);
    expect(own).toBeGreaterThan(others + 0.1);
    const right = await column(parts['curve'], 'correct');
    const share = (from: number, to: number) => right.slice(from, to).filter(Boolean).length / (to - from);
    expect(share(112, 160)).toBeGreaterThan(share(0, 48) + 0.1);
    expect(await budgetOf(artifact)).toEqual({ fitted: 172, selected: 0 });
    const { method, trained } = (await json(artifact, 'model.json')) as Record<
      string,
      Record<string, unknown>
    >;
    expect(method).toMatchObject({ name: 'adapt', arguments: { update } });
    expect(trained).toMatchObject({ steps: 30, texts: 960 });
    expect(trained?.['last_loss']).toBeLessThan(Number(trained?.['first_loss']) / 2);
    // The weights of before are kept beside, and a report measures against them.
    expect(artifactFolder(artifact, 'base').names).toEqual(['model.safetensors']);
    // It adapts again, by any update.
    const again = await adapted(
      { update: { name: 'prototypes', arguments: { distance: 'cosine', temperature: 0.1 } } },
      { model: artifact },
    );
    expect(await weightsOf(again.artifact)).toEqual(await weightsOf(artifact));
    expect(await accuracyOf(again.artifact)).toBeGreaterThan(0.95);
  });

  test('learns labels that are new, from few of each if so asked', async () => {
    const late = withFoxes(rows('foxes', 90));
    const { artifact, notes, parts } = await adapted(
      { replay: { per_label: 10 } },
      { rows: [...stream.slice(0, 80), ...late] },
    );
    expect(notes).toContain('new labels: foxes');
    const asked = datasetOf(withFoxes(testing));
    const said = await run(predict, { inputs: { model: artifact, from: await datasetArtifact(asked) } });
    const labels = asked.columns.get('label') ?? [];
    const predicted = await column(said.artifact, 'predicted');
    const right = (name: string) =>
      labels.filter((label, i) => label === name && predicted[i] === name).length;
    expect(right('foxes')).toBeGreaterThan(14); // of 20
    expect(right('cats') + right('dogs')).toBeGreaterThan(30); // of 40
    expect((await column(parts['decisions'], 'new_labels')).filter((one) => one === 'foxes')).toHaveLength(1);
  });

  test('has the weights of before where every update was undone', async () => {
    const random = createRandom('wrong');
    const wrong = stream
      .slice(0, 48)
      .map(([text, label]): Row => [
        text,
        random.next() < 0.9 ? (label === 'cats' ? 'dogs' : 'cats') : label,
      ]);
    const model = await modelOf(few, artifactFolder((await adapted()).artifact, 'encoder'));
    const before = await weightsOf(model);
    const guarded = await adapted({ update: eager }, { model, rows: wrong, canary: testing });
    expect(new Set(await column(guarded.parts['decisions'], 'kept'))).toEqual(new Set([false]));
    expect(await weightsOf(guarded.artifact)).toEqual(before);
    const open = await adapted({ update: eager, rollback: 'none' }, { model, rows: wrong, canary: testing });
    expect(await weightsOf(open.artifact)).not.toEqual(before);
    expect(await accuracyOf(open.artifact)).toBeLessThan((await accuracyOf(guarded.artifact)) - 0.3);
  });

  test('ends the same, bit for bit, where it was stopped in between', async () => {
    const options = {
      labels: { name: 'budget', arguments: { labels: 90, query: 'margin' } },
      replay: { per_label: 20 },
    };
    const more = { canary: testing.slice(0, 20), model: await modelOf() };
    const whole = await adapted(options, more);
    const stopped = stoppedAt(96, 'rows');
    await expect(adapted(options, more, stopped)).rejects.toThrow('stopped');
    const { checkpoint } = stopped;
    expect(await checkpoint.load()).toBeDefined();
    const { artifact, parts, notes } = await adapted(options, more, { checkpoint });
    expect(notes).toContain('resumed at row 96 of 160');
    expect(artifact.digest).toBe(whole.artifact.digest);
    expect([parts['curve']?.digest, parts['decisions']?.digest]).toEqual([
      whole.parts['curve']?.digest,
      whole.parts['decisions']?.digest,
    ]);
    expect((await weightsOf(artifact))['embeddings.word_embeddings.weight']).not.toEqual(
      weightsBefore()['embeddings.word_embeddings.weight'],
    );
    // Of another stream nothing is gone on with.
    const other = await adapted({ ...options, batch_size: 8 }, more, { checkpoint });
    expect(other.notes.some((note) => note.startsWith('resumed'))).toBe(false);
  });

  test('reads rows through the template of its model', async () => {
    const prompted = async (from: readonly Row[], template: readonly string[]) => {
      const asked = { from: await datasetArtifact(datasetOf(from)) };
      return readDataset((await run(prompt, { options: { template }, inputs: asked })).artifact);
    };
    const of = async (template: readonly string[]): Promise<Artifact> => {
      const from = await datasetArtifact(await prompted(few, template));
      return (await run(fineTune, { options: {}, inputs: { model: tiny(), from } })).artifact;
    };
    const plain = await adapted({}, { model: await of(['{text}']), rows: stream.slice(0, 32) });
    const other = await adapted({}, { model: await of(['word {text}']), rows: stream.slice(0, 32) });
    expect(await weightsOf(other.artifact)).not.toEqual(await weightsOf(plain.artifact));
    expect(await failure(adapted({}, { model: await of(['{text}', 'word {text}']) }))).toMatch(
      /not-supported: the prompt of the model reads a row by several templates/,
    );
  });
});

describe('is refused where the encoder has nothing to train', () => {
  test('before anything runs, and when it runs', async () => {
    const known = {
      type: 'dataset',
      columns: undefined,
      rows: 9,
      labelled: true,
      labels: undefined,
      partition: undefined,
    } as const;
    const model = { type: 'model', capability: 'classifier', labels: ['a', 'b'], trainable: false } as const;
    const problems = (more: object) =>
      check(adapt, { options: { update }, inputs: { model: { ...model, ...more }, from: known } }).problems;
    expect(problems({})).toMatch(
      /^update wrong-artifact: `update: full` trains the encoder, and that of this model has nothing/,
    );
    expect(problems({ trainable: true })).toBe('');
    expect(await failure(adapted({}, { model: await modelOf(few, ngrams()) }))).toMatch(
      /wrong-artifact: `update: full` trains the encoder/,
    );
  });
});
