// `one_class` from files to figures: normal rows alone, of texts and of pictures; what is measured and predicted, and what is refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/learning/safetensors.ts';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';
import { stripes } from './stripes.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

interface Shown {
  readonly metrics: Readonly<
    Record<string, { readonly value: number; readonly low?: number; readonly high?: number }>
  >;
  readonly baselines: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly confusion: readonly (readonly number[])[];
  readonly labels: readonly string[];
  readonly labels_used: number;
  readonly checks: readonly { readonly name: string; readonly message: string }[];
  readonly anomalies: {
    readonly normal: string;
    readonly threshold: number;
    readonly fitted: number;
    readonly kinds: readonly { readonly label: string; readonly rows: number; readonly anomalous: number }[];
  };
}

async function shown(rig: Rig, name: string): Promise<Shown> {
  return JSON.parse((await rig.run(['show', 'main.fsl', name, '--format', 'json'])).stdout) as Shown;
}

const subjects = ['order', 'parcel', 'invoice', 'refund', 'account', 'password', 'delivery', 'payment'];
const shop = subjects.flatMap((one) => [
  `where is my ${one} now`,
  `a question about my ${one}`,
  `my ${one} is not right`,
]);
const weather = [
  'sun and rain tomorrow',
  'snow falls over hills',
  'storms from the west',
  'mild with some fog',
  'frost at night',
];
const music = ['she sings in a choir', 'two guitars and drums'];

async function messages(rig: Rig): Promise<void> {
  const rows = [
    ...shop.map((text) => `${text},shop`),
    ...weather.map((text) => `${text},weather`),
    ...music.map((text) => `${text},music`),
  ];
  await rig.write('messages.csv', `text,topic\n${rows.join('\n')}\n`);
}

const loaded = 'load all { from: "messages.csv"  text: "text"  label: "topic" }\n';

test(
  'texts: odd ones are found from normal ones alone, and the report says how well',
  { timeout: 120_000 },
  async () => {
    await using rig = await openRig(worker);
    await messages(rig);
    await rig.write(
      'main.fsl',
      `${loaded}load some { from: "messages.csv"  text: "text"  label: "topic"  where: topic == "shop" }
load bare { from: "messages.csv"  text: "text"  where: topic == "shop"  limit: 10 }
split known { from: all  test: 50%  train: 50%  seed: 1 }
fine-tune odd { model: "builtin:ngrams"  from: known.train  method: one_class(normal: "shop", quantile: 60%) }
fine-tune only { model: "builtin:ngrams"  from: some  method: one_class(distance: cosine) }
fine-tune nameless { model: "builtin:ngrams"  from: bare  method: one_class(distance: euclidean) }
evaluate score { model: odd  on: known.test  slices: ["topic"]  require: auroc > chance.auroc }
evaluate few { model: odd  on: known.test  metrics: [missed, auroc]  bootstrap: 0 }
predict said { model: only  from: all }
predict bared { model: nameless  from: all  neighbours: 1 }
`,
    );
    const ran = await rig.run(['main.fsl', 'score', 'few', 'said', 'bared']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error[')]);
    expect(ran.stderr + ran.stdout).toMatch(
      /rows of other labels than `shop` are not learnt from: \d of `music`, \d of `weather`/,
    );
    const score = await shown(rig, 'score');
    const { threshold, kinds, fitted, normal } = score.anomalies;
    expect([normal, score.labels, threshold > 0]).toEqual(['shop', ['shop', 'anomalous'], true]);
    expect(score.labels_used).toBe(fitted);
    const count = (own: boolean, of: 'rows' | 'anomalous'): number =>
      kinds.filter(({ label }) => (label === 'shop') === own).reduce((sum, kind) => sum + kind[of], 0);
    const [alarms, found] = [count(true, 'anomalous'), count(false, 'anomalous')];
    expect(score.confusion).toEqual([
      [count(true, 'rows') - alarms, alarms],
      [count(false, 'rows') - found, found],
    ]);
    expect(score.metrics['false_alarms']?.value).toBeCloseTo(alarms / count(true, 'rows'), 12);
    expect(score.metrics['missed']?.value).toBeCloseTo(1 - found / count(false, 'rows'), 12);
    expect(score.metrics['missed']?.high).toBeLessThan(1);
    expect(score.metrics['auroc']?.value).toBeGreaterThan(0.8);
    expect(score.baselines['chance']).toEqual({
      auroc: 0.5,
      average_precision: count(false, 'rows') / (count(false, 'rows') + count(true, 'rows')),
    });
    expect(score.checks.map(({ name }) => name)).toContain('baseline');
    const few = await shown(rig, 'few');
    expect(Object.keys(few.metrics)).toEqual(['missed', 'auroc']);
    expect(few.metrics['auroc']).toEqual({ value: score.metrics['auroc']?.value });

    const said = (await rig.run(['show', 'main.fsl', 'said'])).stdout;
    expect(said).toMatch(/predicted[^]*score[^]*threshold/);
    const labelled = JSON.parse(
      (
        await rig.run([
          'predict',
          'main.fsl',
          'nameless',
          'storms of snow',
          'where is my parcel now',
          '--format',
          'json',
        ])
      ).stdout,
    ) as readonly { label: string; score: number; threshold: number; neighbours: readonly object[] }[];
    expect(labelled.map(({ label }) => label)).toEqual(['anomalous', 'normal']);
    for (const { label, score: distance, threshold: at, neighbours } of labelled)
      expect([label, neighbours.length]).toEqual([distance > at ? 'anomalous' : 'normal', 3]);
    expect((await rig.run(['predict', 'main.fsl', 'nameless', 'storms of snow'])).stdout).toMatch(
      /^anomalous [\d.]+ \(anomalous beyond [\d.]+\) {2}storms of snow/,
    );
  },
);

test('pictures: a net has the same detector on pixels beside it', { timeout: 120_000 }, async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'good', [2], 30);
  await stripes(rig, 'bad', [6, 9], 6);
  await rig.write(
    'main.fsl',
    `load good { from: "good-*" }
load bad { from: "bad-*" }
split parts { from: good  train: 15  test: 15 }
fine-tune net { model: "builtin:glyph-conv"  from: parts.train  method: one_class(quantile: 90%) }
fine-tune raw { model: "builtin:pixels"  from: parts.train  method: one_class(distance: euclidean, prototypes: 3) }
evaluate quiet { model: net  on: parts.test }
predict flagged { model: net  from: bad }
predict rawly { model: raw  from: bad }
`,
  );
  const ran = await rig.run(['main.fsl', 'quiet', 'flagged', 'rawly']);
  expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error[')]);
  const quiet = await shown(rig, 'quiet');
  expect(Object.keys(quiet.metrics)).toEqual(['false_alarms']);
  expect(Object.keys(quiet.baselines)).toEqual(['chance', 'pixels']);
  expect(quiet.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['only_normal', 'undefined_metric']),
  );
});

test(
  'an exported folder has the encoder, the normal rows and the threshold',
  { timeout: 120_000 },
  async () => {
    await using rig = await openRig(worker);
    await messages(rig);
    const model = (encoder: string): string =>
      `${loaded}fine-tune odd { model: "${encoder}"  from: all  method: one_class(normal: "shop", distance: cosine) }\n`;
    await rig.write(
      'main.fsl',
      `${model('builtin:fsl-mini')}export folder { model: odd  to: "out" }\npredict said { model: odd  from: all  to: "first.csv" }\n`,
    );
    const ran = await rig.run(['main.fsl', 'folder', 'said']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error[')]);
    const text = (name: string): string => readFileSync(join(rig.folder, name), 'utf8');
    const [{ threshold }] = JSON.parse(
      (await rig.run(['predict', 'main.fsl', 'odd', 'snow', '--format', 'json'])).stdout,
    ) as readonly [{ readonly threshold: number }];
    expect(JSON.parse(text('out/classifier.json'))).toMatchObject({
      labels: ['shop', 'anomalous'],
      head: { kind: 'one-class', settings: { distance: 'cosine', threshold } },
    });
    const head = readSafetensors(readFileSync(join(rig.folder, 'out/head.safetensors')), 'head.safetensors');
    expect(head['vectors']?.shape).toEqual([shop.length, 384]);
    await rig.write(
      'again.fsl',
      `${model('./out')}predict said { model: odd  from: all  to: "again.csv" }\n`,
    );
    expect((await rig.run(['again.fsl'])).code).toBe(0);
    expect(text('again.csv')).toBe(text('first.csv'));
  },
);

test('rows to measure on that carry a prompt', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await messages(rig);
  await rig.write(
    'main.fsl',
    `${loaded}split parts { from: all  train: 50%  test: 50%  seed: 1 }
fine-tune m { model: "builtin:ngrams"  from: parts.train  method: one_class(normal: "shop") }
prompt asked { from: parts.test  template: "{text} It is [MASK]." }
evaluate e { model: m  on: asked }
`,
  );
  const { code, stderr } = await rig.run(['main.fsl']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('these rows carry a prompt')]);
});

describe('refused before anything runs', () => {
  const cases: readonly (readonly [name: string, program: string, wanted: RegExp])[] = [
    [
      'rows of several labels',
      'fine-tune m { model: "builtin:ngrams"  from: all  method: one_class }',
      /error\[several-kinds\][^]*`one_class\(normal: "music"\)`/,
    ],
    [
      'a normal label that no row has',
      'fine-tune m { model: "builtin:ngrams"  from: all  method: one_class(normal: "shopping") }',
      /error\[unknown-label\][^]*no row has the label `shopping`/,
    ],
    [
      'fewer than three normal rows',
      'fine-tune m { model: "builtin:ngrams"  from: all  method: one_class(normal: "music") }',
      /error\[too-few-rows\][^]*at least 3 normal rows that differ, and there are 2/,
    ],
    [
      'options that go by labels',
      'fine-tune m { model: "builtin:ngrams"  from: all  method: one_class(normal: "shop")  class_weights: balanced  epochs: 3 }',
      /`epochs` changes nothing here[^]*`class_weights` has no meaning for `one_class`/,
    ],
    [
      'rows to measure on of which none is normal',
      `split parts { from: all  train: 50%  test: 50% }
load odd { from: "messages.csv"  text: "text"  label: "topic"  where: topic == "weather" }
fine-tune m { model: "builtin:ngrams"  from: parts.train  method: one_class(normal: "shop") }
evaluate e { model: m  on: odd }`,
      /error\[unknown-label\][^]*every row would count as anomalous/,
    ],
    [
      'what goes by probabilities of labels',
      `split parts { from: all  train: 50%  test: 50% }
fine-tune m { model: "builtin:ngrams"  from: parts.train  method: one_class(normal: "shop") }
evaluate e { model: m  on: parts.test  metrics: [accuracy]  abstain: 0.6 }
predict p { model: m  from: parts.test  top: 2 }
adapt a { model: m  from: parts.train }
distill d { teacher: m  student: "builtin:ngrams"  from: parts.train }`,
      /`accuracy`[^]*`abstain` has no meaning[^]*`top` has no meaning[^]*`adapt` goes by labels[^]*`distill` goes by labels/,
    ],
    [
      'a baseline that such a report lacks',
      `split parts { from: all  train: 50%  test: 50% }
fine-tune m { model: "builtin:ngrams"  from: parts.train  method: one_class(normal: "shop") }
evaluate e { model: m  on: parts.test  require: auroc > majority.auroc }`,
      /the baselines are `chance` and `ngrams`/,
    ],
  ];
  test.each(cases)('%s', async (_, program, wanted) => {
    await using rig = await openRig(worker);
    await messages(rig);
    await rig.write('main.fsl', `${loaded}${program}\n`);
    const { code, stderr, stdout } = await rig.run(['check', 'main.fsl']);
    expect(code).toBe(2);
    const inOrder = wanted.source.split('[^]*').every((part) => new RegExp(part).test(stderr + stdout));
    expect(inOrder ? 'told' : stderr + stdout).toBe('told');
  });
});

test('copies of one row count once, which only the rows show', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await rig.write('rows.csv', 'text\nall is well\nAll is  well\nall is WELL\nnothing to tell\n');
  await rig.write(
    'main.fsl',
    'load rows { from: "rows.csv"  text: "text" }\nfine-tune m { model: "builtin:ngrams"  from: rows  method: one_class }\n',
  );
  const { code, stderr } = await rig.run(['main.fsl']);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/error\[too-few-rows\][^]*there are 2/)]);
});
