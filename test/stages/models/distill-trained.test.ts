// `distill` where the encoder of the student is trained, on a tiny BERT with random weights: what is learnt and kept, and what is refused.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadFolderTokenizer } from '../../../src/learning/encoders/read-folder.ts';
import { spaced } from '../../../src/learning/encoders/new-encoder.ts';
import { openSafetensors } from '../../../src/learning/safetensors.ts';
import { layerPairs } from '../../../src/learning/training/distillation.ts';
import { artifactFolder } from '../../../src/stages/artifact-folder.ts';
import type { Artifact, Static, StaticDataset } from '../../../src/stages/artifact.ts';
import { callFile } from '../../../src/stages/call-input.ts';
import { withoutLabels } from '../../../src/stages/dataset.ts';
import { holdOut } from '../../../src/stages/held-rows.ts';
import { distill } from '../../../src/stages/distill.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { prompt } from '../../../src/stages/prompt.ts';
import type { Member } from '../../../src/stages/stage.ts';
import { artifactOf } from '../data/memory.ts';
import {
  check,
  datasetArtifact,
  datasetOf,
  failure,
  json,
  ngrams,
  run,
  type Row,
  type Setting,
} from './rig.ts';
import { stoppedAt } from './stopped.ts';
import { rows, tiny } from './tiny-encoder.ts';

const made = (sizes: object): Artifact =>
  artifactOf('model', { [callFile]: JSON.stringify({ name: 'encoder', arguments: sizes }) });

const pool = rows('pool', 80);
const unlabelled = withoutLabels(datasetOf(pool, { partition: 'unlabelled' }));
const fast = { learning_rate: 3e-3, steps: 30, batch_size: 16 };

const members = (...artifacts: readonly Artifact[]): readonly Member[] =>
  artifacts.map((artifact, i) => ({ name: `t${i + 1}`, keys: {}, artifact }));

async function taught(
  teachers: readonly Artifact[],
  student: Artifact,
  options: object = {},
  more: Pick<Setting, 'checkpoint' | 'signal' | 'onProgress' | 'cacheDirectory' | 'seed'> = {},
  from?: Artifact,
) {
  from ??= await datasetArtifact(unlabelled);
  const inputs = { teacher: members(...teachers), student, from };
  return run(distill, { options: { ...fast, ...options }, inputs, ...more });
}

const teacher = async (): Promise<Artifact> => {
  const method = { name: 'contrastive', arguments: { iterations: 20, loss: 'cosine' } };
  const inputs = { model: tiny(), from: await datasetArtifact(datasetOf(rows('train', 48))) };
  return (await run(fineTune, { options: { learning_rate: 3e-3, steps: 60, dropout: 0, method }, inputs }))
    .artifact;
};

interface Told {
  readonly trained: { readonly first_loss: number; readonly last_loss: number };
  readonly agreement: { readonly rows: number; readonly value: number } | null;
  readonly likeness?: { readonly rows: number; readonly value: number };
}
const encoderRecord = async (model: Artifact) => (await json(model, 'distilled.json')) as Told; // written by distill

const shapesOf = async (model: Artifact) => {
  const file = openSafetensors(await artifactFolder(model, 'encoder').read('model.safetensors'), 'student');
  return Object.fromEntries(file.names.map((name) => [name, file.shape(name)]));
};

test('a classifier is learnt by a new encoder of fewer layers, which is a classifier like any other', async () => {
  const { artifact: model, notes } = await taught([await teacher()], made({ layers: 1 }), { steps: 60 });
  const on = await datasetArtifact(datasetOf(rows('test', 60)));
  const { artifact } = await run(evaluate, {
    options: { bootstrap: 0, metrics: ['accuracy'], overlap: 'drop' },
    inputs: { model, on },
  });
  const report = (await json(artifact, 'report.json')) as { metrics: { accuracy: { value: number } } };
  expect(report.metrics.accuracy.value).toBeGreaterThan(0.85);
  expect(notes.join('\n')).toMatch(
    /^the student starts with the layers 1 of the teacher and its words; \S+ million numbers\ntrained in 60 steps on \d+ texts: loss \S+ at first, \S+ at last\nthe student agrees with its teacher on \S+ % of \d+ rows held out of the training/,
  );
  const { trained } = (await json(model, 'model.json')) as Told;
  expect(trained.last_loss).toBeLessThan(trained.first_loss / 2);
  expect(Object.keys(await shapesOf(model)).filter((name) => name.includes('.layer.1.'))).toEqual([]);
});

describe('an encoder is learnt without labels', () => {
  test.each([
    ['a new one', made({ layers: 1 })],
    ['one of another width and heads', made({ layers: 2, width: 24, heads: 2, inner: 20 })],
    ['one with fewer words', made({ layers: 1, vocabulary: 20 })],
  ])('%s', async (_, student) => {
    const { artifact } = await taught([tiny()], student, { steps: 60 });
    const { trained, likeness } = await encoderRecord(artifact);
    expect(trained.last_loss).toBeLessThan(trained.first_loss * 0.6);
    if (likeness !== undefined) expect(likeness.value).toBeGreaterThan(0.8);
    const labelled = await datasetArtifact(datasetOf(rows('train', 20)));
    await run(fineTune, { inputs: { model: artifact, from: labelled } }); // it is taken where a folder is
  });

  test('by teachers of different kinds, whose vectors are none to be compared with', async () => {
    const { artifact, notes } = await taught([tiny(), ngrams()], made({ layers: 1 }));
    const { trained, likeness } = await encoderRecord(artifact);
    expect(trained.last_loss).toBeLessThan(trained.first_loss);
    expect(likeness).toBeUndefined();
    expect(notes.at(-1)).toBe(
      'how near the student is to its 2 teachers is not known: it learns the vectors of each through a product of their own',
    );
  });

  test('which is compared with what its teacher makes of the same prompt', async () => {
    const inputs = { from: await datasetArtifact(unlabelled) };
    const options = { template: ['one two {text}', '{text} lazy dog'] };
    const prompted = (await run(prompt, { options, inputs })).artifact;
    const { artifact } = await taught([tiny()], tiny(), { steps: 1, learning_rate: 1e-9 }, {}, prompted);
    expect((await encoderRecord(artifact)).likeness?.value).toBeGreaterThan(0.9999);
  });
});

test.each([
  [39, 0],
  [40, 4],
  [1000, 100],
  [5000, 200],
])('of %i rows %i are held out', async (count, held) => {
  const texts = Array.from({ length: count }, (_, i): Row => [`text ${i}`, 'x']);
  const found = await holdOut(datasetOf(texts));
  expect(found.held).toHaveLength(held);
  expect(found.learnt).toHaveLength(count - held);
});

test('a teacher is opened once for its vectors, and not at all for a second student', async () => {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'fsl-distill-'));
  let opened = 0;
  const counting: Artifact = {
    ...tiny(),
    read: async (name) => {
      if (name === 'model.safetensors') opened += 1;
      return tiny().read(name);
    },
  };
  const openedFor = async (seed: number): Promise<number> => {
    opened = 0;
    await taught([counting], tiny(), { steps: 1 }, { cacheDirectory, seed });
    return opened;
  };
  try {
    expect([await openedFor(0), await openedFor(1)]).toEqual([1, 0]);
  } finally {
    await rm(cacheDirectory, { recursive: true });
  }
});

test.each([[['hidden']], [['embeddings', 'hidden', 'attention']]])(
  'a student that is its teacher has nothing to learn: %j',
  async (match) => {
    const { artifact } = await taught([tiny()], tiny(), { match, steps: 3, learning_rate: 1e-9 });
    expect(Math.abs((await encoderRecord(artifact)).trained.first_loss)).toBeLessThan(1e-6);
  },
);

test.each([[['hidden']], [['hidden', 'attention']]])('%j of a teacher is come nearer to', async (match) => {
  const { artifact } = await taught([tiny()], made({ layers: 1 }), { match });
  const { trained } = await encoderRecord(artifact);
  expect(trained.last_loss).toBeLessThan(trained.first_loss * 0.8);
});

test('training that was stopped goes on to the same bits', async () => {
  const whole = (await taught([tiny()], made({ layers: 1 }), { steps: 8 })).artifact.digest;
  const stopped = stoppedAt(3, 'steps');
  await expect(taught([tiny()], made({ layers: 1 }), { steps: 8 }, stopped)).rejects.toThrow('stopped');
  const { checkpoint } = stopped;
  const { artifact, notes } = await taught([tiny()], made({ layers: 1 }), { steps: 8 }, { checkpoint });
  expect(notes.join()).toContain('resumed at step 3 of 8');
  expect(artifact.digest).toBe(whole);
});

test('a student with weights is trained where an option of training is given', async () => {
  const { artifact, notes } = await taught([await teacher()], tiny(), { steps: 2 });
  expect(notes.join()).toContain('trained in 2 steps');
  const inputs = {
    teacher: members(await teacher()),
    student: tiny(),
    from: await datasetArtifact(unlabelled),
  };
  const kept = await run(distill, { inputs });
  expect(kept.notes.join()).not.toContain('trained in');
  expect(artifact.names).toContain('encoder/model.safetensors');
});

describe('what only the run shows', () => {
  test.each([
    ['other tokens', tiny(), made({ layers: 1, vocabulary: 20 }), ['hidden'], 'step:match not-supported: `match: hidden` compares token by token, and the student cuts texts into other tokens than the teacher'],
    ['other heads', tiny(), made({ layers: 1, heads: 1 }), ['hidden', 'attention'], /^step:match not-supported: `match: attention` compares head by head, and the student has 1 where the teacher has \d$/],
    ['more layers than there are', tiny(), made({ layers: 9 }), ['embeddings'], /^step:model bad-model: .*it has \d layers, and a student of 9 is asked for$/],
  ])('%s', async (_, from, student, match, expected) => {
    const said = await failure(taught([from], student, { match }));
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  }); // prettier-ignore
});

describe('what is known before anything runs', () => {
  const from: StaticDataset = { type: 'dataset', columns: ['text'], rows: 50, labelled: false, labels: [], partition: undefined }; // prettier-ignore
  const encoder = { type: 'model', capability: 'encoder', labels: undefined, trainable: true } as const;
  const classifier = { ...encoder, capability: 'classifier', labels: ['x', 'y'] } as const;
  const counting = { ...encoder, trainable: false } as const;
  const fresh = { ...encoder, made: true } as const;
  const head = { name: 'head', arguments: {} };
  const all = { name: 'all', arguments: {} };

  test.each<[object, Static, readonly Static[], string]>([
    [{}, fresh, [encoder], ''],
    [{}, fresh, [classifier], ''],
    [{ match: ['logits'] }, fresh, [encoder], 'teacher needs-classifier: `match: logits` learns labels, and `t1` gives none'],
    [{ train: head }, fresh, [classifier], 'train not-supported: a student made by `encoder(…)` knows nothing yet, and with `train: head` it would stay so'],
    [{ train: head, match: ['embeddings'] }, encoder, [classifier], 'match option-without-effect: `match: embeddings` trains the encoder of the student, and with `train: head` it stays as it is'],
    [{ epochs: 3 }, encoder, [classifier], ''],
    [{ epochs: 3, train: head }, encoder, [classifier], 'epochs option-without-effect: `epochs` changes nothing here: only a head is fitted, and the encoder of the student stays as it is'],
    [{ epochs: 3 }, counting, [classifier], 'student wrong-artifact: the encoder of the student is to be trained, and this one has nothing to train: it counts n-grams'],
    [{ epochs: 3, steps: 5, train: all }, encoder, [classifier], 'epochs option-without-effect: `epochs` changes nothing here: `steps` decides how long the training is'],
    [{ temperature: 3 }, fresh, [encoder], 'temperature option-without-effect: `temperature` changes nothing here: it belongs to `match: logits`'],
    [{ head_learning_rate: 0.1 }, fresh, [encoder], 'head_learning_rate warns option-without-effect: `head_learning_rate` changes nothing where the student is as wide as its one teacher: nothing is learnt along'],
    [{ head_learning_rate: 0.1 }, fresh, [encoder, encoder], ''],
    [{ train: all }, counting, [classifier], 'student wrong-artifact: the encoder of the student is to be trained, and this one has nothing to train: it counts n-grams'],
    [{}, fresh, [{ ...classifier, trainable: false }], 'student wrong-artifact: `encoder(…)` takes its words and layers from the first teacher, and this one has none: it counts n-grams'],
    [{ match: ['hidden'] }, encoder, [classifier, classifier], 'match not-supported: `match: hidden` compares the layers of one teacher, and there are several'],
    [{ match: ['attention'] }, fresh, [encoder], 'match not-supported: `attention` alone leaves most of the last layer untaught'],
    [{ match: ['hidden'] }, encoder, [{ ...classifier, trainable: false }], 'teacher wrong-artifact: `match: hidden` compares layers, and this teacher has none: it counts n-grams'],
  ])('%j', (options, student, teachers, expected) => {
    const many = teachers.map((known, i) => ({ name: `t${i + 1}`, static: known }));
    const { problems, outputs } = check(distill, { options: options as never, inputs: { from, student }, many });
    expect(problems).toBe(expected);
    if (expected === '') expect(outputs['']).toMatchObject({ capability: teachers[0] === encoder ? 'encoder' : 'classifier' });
  }); // prettier-ignore
});

test('layers are spread evenly', () => {
  expect([spaced(3, 6), spaced(2, 6), spaced(1, 6), spaced(6, 6)]).toEqual([[0, 3, 5], [0, 5], [0], [0, 1, 2, 3, 4, 5]]); // prettier-ignore
  expect(layerPairs(3, 6)).toEqual([[0, 0], [1, 2], [2, 4], [3, 6]]); // prettier-ignore
});

type Vocabulary = Readonly<Record<string, number>>;

test('a cut tokenizer cuts texts of kept pieces as before, and spells the others', async () => {
  const { artifact } = await taught([tiny()], made({ layers: 1, vocabulary: 120 }), { steps: 1 });
  const student = artifactFolder(artifact, 'encoder');
  const open = async (of: Artifact) => {
    const { model } = (await json(of, 'tokenizer.json')) as { model: { vocab: Vocabulary } };
    const read = {
      has: async (name: string) => of.names.includes(name),
      read: (name: string) => of.read(name),
    };
    return { vocab: model.vocab, tokenizer: await loadFolderTokenizer(read, {}) };
  };
  const [before, after] = [await open(tiny()), await open(student)];
  expect(Object.values(after.vocab).sort((a, b) => a - b)).toEqual(Object.keys(after.vocab).map((_, i) => i));
  const pieces = ({ vocab, tokenizer }: typeof before, text: string) =>
    tokenizer.encode(text).map((id) => Object.keys(vocab).find((piece) => vocab[piece] === id));
  for (const [text] of pool.slice(0, 5)) expect(pieces(after, text)).toEqual(pieces(before, text));
  expect(pieces(after, 'zzz').at(-1)).toBe('[SEP]');
});

test('n-grams have no layers', async () => {
  expect(await failure(taught([tiny()], ngrams(), { train: { name: 'all', arguments: {} } }))).toMatch(
    /^step:student wrong-artifact/,
  );
});
