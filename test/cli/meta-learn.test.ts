// `meta-learn` from files to figures: stripes of many slopes are learnt from, and slopes that were never seen told apart by one picture each.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';
import { stripes } from './stripes.ts';

const messages = join(import.meta.dirname, '../../pipelines/data/messages.csv');

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

test(
  'new classes are told apart by one picture each, better than by their pixels',
  { timeout: 120_000 },
  async () => {
    await using rig = await openRig(worker);
    await stripes(rig, 'many', [0, 2, 4, 6, 8, 10], 12);
    await stripes(rig, 'novel', [1, 5, 9], 12);
    await rig.write(
      'main.fsl',
      `load many { from: "many-*" }
load novel { from: "novel-*" }
split parts { from: novel  train: 1 per label  test: rest  seed: 3 }
meta-learn slopes { from: many  ways: 3  shots: 1  queries: 4  episodes: 40 }
fine-tune model { model: slopes  from: parts.train  method: prototype(distance: euclidean) }
fine-tune plain { model: "builtin:pixels"  from: parts.train  method: prototype(distance: euclidean) }
evaluate score { model: model  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
evaluate pixels { model: plain  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
`,
    );
    const ran = await rig.run(['main.fsl']);
    expect(ran.stderr).not.toContain('error[');
    const [, first, last] =
      /slopes: trained in 40 steps on 40 episodes: loss (\S+) at first, (\S+) at last/.exec(ran.stderr) ?? [];
    expect(Number(last)).toBeLessThan(Number(first));
    const shown = async (
      name: string,
    ): Promise<{ metrics: { accuracy: { value: number } }; labels_used: number }> =>
      JSON.parse((await rig.run(['show', 'main.fsl', name, '--format', 'json'])).stdout) as never;
    const [learnt, plain] = [await shown('score'), await shown('pixels')];
    expect(learnt.metrics.accuracy.value).toBeGreaterThan(plain.metrics.accuracy.value);
    expect(learnt.labels_used).toBe(6 * 12 + 3); // the classes that were learnt from count
  },
);

test(
  '`conv4` is the net that is trained without a model, and a name for it',
  { timeout: 60_000 },
  async () => {
    await using rig = await openRig(worker);
    await stripes(rig, 'many', [0, 3, 6], 6);
    const same = 'from: many  ways: 2  shots: 1  queries: 2  episodes: 2';
    await rig.write(
      'main.fsl',
      `load many { from: "many-*" }
meta-learn unsaid { ${same} }
meta-learn said { ${same}  model: conv4 }
each net in ["conv4"] { meta-learn called { ${same}  model: net } }
meta-learn conv4 { ${same}  model: conv4 }
`,
    );
    const ran = await rig.run(['main.fsl', 'unsaid', 'said', 'called', 'conv4']);
    expect(ran.code).toBe(0);
    expect(ran.stderr.match(/warning\[ambiguous-word\]/g)).toHaveLength(2); // a stage has the name of the word
    const files = async (name: string): Promise<unknown> =>
      (
        JSON.parse((await rig.run(['show', 'main.fsl', name, '--format', 'json'])).stdout) as {
          files: unknown;
        }
      ).files;
    const unsaid = await files('unsaid');
    expect(unsaid).toBeDefined();
    for (const name of ['said', 'called[net="conv4"]', 'conv4']) expect(await files(name)).toEqual(unsaid);
  },
);

test('a report on pictures that the net has learnt from is refused', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'many', [0, 3, 6], 6);
  for (const part of ['images-idx3-ubyte', 'labels-idx1-ubyte'])
    await copyFile(join(rig.folder, `many-${part}`), join(rig.folder, `again-${part}`));
  await rig.write(
    'main.fsl',
    `load many { from: "many-*" }
load again { from: "again-*"  where: number > 1 }
split parts { from: again  train: 1 per label  test: rest }
meta-learn slopes { from: many  ways: 2  shots: 1  queries: 2  episodes: 2 }
fine-tune model { model: slopes  from: parts.train  method: prototype }
evaluate score { model: model  on: parts.test }
`,
  );
  const { code, stderr } = await rig.run(['main.fsl']);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/error\[overlap\][^]*13 of the 13 rows/)]);
});

test.each([
  ['meta-learn a { from: many  ways: 20 }', 'an episode has 20 classes, and these rows have 2'],
  ['meta-learn a { from: many  ways: 2 }', 'an episode takes 16 pictures of a class, and `one` has 1'],
  [
    'load t { from: "t.csv" }\nmeta-learn a { from: t }',
    '`meta-learn` without a `model` trains a net for pictures, and these rows are texts',
  ],
  ['meta-learn a { from: many  method: mamml }', 'maml'],
  [
    'load t { from: "t.csv" }\nmeta-learn a { from: t  model: "builtin:ngrams" }',
    '`meta-learn` trains the encoder, and this model has nothing that it can train',
  ],
  [
    'load t { from: "t.csv" }\nmeta-learn a { from: t  model: "builtin:fsl-mini"  method: maml }',
    '`maml` adapts `conv4`, and a `model` is trained by its vectors',
  ],
  [
    'load t { from: "t.csv" }\nmeta-learn a { from: t  model: "builtin:fsl-mini"  rotations: true }',
    '`rotations` has no meaning beside `model`',
  ],
  ['load t { from: "t.csv" }\nmeta-learn a { from: t  model: "builtin:glyph-conv" }', 'reads pictures'],
  [
    'load t { from: "t.csv" }\nmeta-learn a { from: t  model: "builtin:fsl-mini"  ways: 2 }',
    'an episode takes 16 rows of a class',
  ],
  [
    'load t { from: "t.csv" }\nmeta-learn a { from: many  validation: t  model: "builtin:glyph-conv"  ways: 2 }',
    'of the rows that are learnt from and those for validation, one are texts and the others pictures',
  ],
  [
    'meta-learn a { from: many  validation: many  ways: 2 }',
    '2 of the 2 classes of the validation rows are also learnt from: `one`, `two`',
  ],
])('%s', async (stage, problem) => {
  await using rig = await openRig(worker);
  for (const label of ['one', 'two']) {
    await mkdir(join(rig.folder, 'many', label), { recursive: true });
    await writeFile(join(rig.folder, 'many', label, '1.png'), '');
  }
  await rig.write('t.csv', 'text,label\na,left\nb,above\n');
  await rig.write('main.fsl', `load many { from: "many" }\n${stage}\n`);
  const { code, stderr } = await rig.run(['check', 'main.fsl']);
  expect(stderr).toContain(problem);
  expect(code).not.toBe(0);
});

test(
  'a sentence encoder learns from classes of texts; others are told apart by a few, and its own are none of them',
  { timeout: 120_000 },
  async () => {
    await using rig = await openRig(worker);
    const intents = {
      many: ['refund_request', 'product_question', 'complaint', 'cancel_order'],
      chosen: ['payment_problem', 'delivery_status'],
      novel: ['change_address', 'account_access'],
    };
    const [header = '', ...lines] = (await readFile(messages, 'utf8')).trim().split('\n');
    for (const [name, own] of Object.entries(intents)) {
      const rows = lines.filter((line) => own.some((intent) => line.includes(`,${intent},`)));
      await rig.write(`${name}.csv`, `${[header, ...rows].join('\n')}\n`);
    }
    const load = (name: string): string =>
      `load ${name} { from: "${name}.csv"  text: "message"  label: "intent" }\n`;
    const program = `${load('many')}${load('chosen')}${load('novel')}
meta-learn learnt { model: "builtin:fsl-mini"  from: many  validation: chosen  ways: 2  shots: 1  queries: 3  episodes: 10 }
evaluate score { model: learnt  on: novel  episodes: 40  ways: 2  shots: 1  queries: 5 }
export folder { model: learnt  to: "learnt" }
`;
    await rig.write('main.fsl', program);
    const ran = await rig.run(['main.fsl']);
    expect(ran.stderr).toMatch(/trained in 10 steps on 80 texts/);
    expect(ran.stderr).toMatch(
      /the weights after (the last )?step .*are kept: on episodes of the validation/,
    );
    const { stdout } = await rig.run(['show', 'main.fsl', 'score', '--format', 'json']);
    const report = JSON.parse(stdout) as { metrics: { accuracy: { value: number } }; labels_used: number };
    expect(report.metrics.accuracy.value).toBeGreaterThan(0.7);
    expect(report.labels_used).toBe(
      lines.filter((line) => !/,(change_address|account_access),/.test(line)).length,
    );
    expect(stdout).toContain('prototype(distance: cosine)');
    // The folder knows the classes too: no report takes them for new ones, which is said before anything runs.
    await rig.write(
      'again.fsl',
      `${load('many')}evaluate score { model: "./learnt"  on: many  episodes: 10  ways: 2  shots: 1  queries: 5 }\n`,
    );
    const again = await rig.run(['again.fsl']);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('error[shared-classes]')]);
  },
);
