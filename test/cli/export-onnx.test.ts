// `export` with `format: onnx`: small encoders of several families with heads of several kinds, run by the example of the README that
// is written beside them, and what cannot be written so.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBertConfig } from '../../src/learning/encoders/bert-config.ts';
import { bytesTooMany } from '../../src/learning/onnx/classifier-model.ts';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';
import { stripes } from './stripes.ts';

const example = join(import.meta.dirname, '..', 'golden', 'first');
const fixtures = join(import.meta.dirname, '..', 'fixtures');

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const messages = 'load messages { from: "messages.csv"  text: "text"  label: "kind" }\n';

/** Copies a small encoder to `encoder`. */
function takeEncoder({ folder }: Rig, encoder: string): void {
  cpSync(join(fixtures, encoder), join(folder, 'encoder'), { recursive: true });
}

interface Parity {
  readonly rows: number;
  readonly labels_agree: number;
  readonly largest_difference: number;
}

/** Runs the program and reads what `export folder` wrote to `out`. */
async function exported(
  rig: Rig,
  program: string,
): Promise<{ readonly parity: Parity; readonly stderr: string }> {
  await rig.write('main.fsl', program);
  const { code, stderr } = await rig.run(['main.fsl']);
  expect(stderr).not.toContain('error[');
  expect(code).toBe(0);
  return { parity: JSON.parse(readFileSync(join(rig.folder, 'out/parity.json'), 'utf8')) as Parity, stderr };
}

/** What the example for Node of the README prints, where the packages of this repository are found. */
async function readmeExample(folder: string): Promise<string> {
  const [, code = ''] = /```js\n([^]*?)```/.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? [];
  const home = join(import.meta.dirname, '..', 'dist', `onnx-${process.pid}`); // the nearest node_modules is ours
  mkdirSync(home, { recursive: true });
  const file = join(home, 'example.mjs');
  writeFileSync(file, code);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
    return stdout;
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** A long text, a short one and spaces around, beside each other in a batch. */
const odd = `text
"a"
"  an apple and a hammer "
"${'the heavy steel hammer on the bench '.repeat(40)}"
"naïve café 😀 这是 [SEP] <s>"
`;

test.each([
  ['encoders/odd-bert', 'head(kind: logistic)'],
  ['encoders/odd-bert', 'prototype'],
  ['encoders/odd-bert', 'cache'],
  ['fill-mask/distilbert', 'head(kind: ridge)'],
  ['fill-mask/mpnet', 'prototype(distance: euclidean, temperature: 1)'],
  ['fill-mask/roberta', 'head(kind: svm)'],
  ['fill-mask/xlm-roberta', 'head(kind: linear)'],
])('%s with %s says what the classifier says', { timeout: 60_000 }, async (encoder, method) => {
  await using rig = await openRig(worker, example);
  takeEncoder(rig, encoder);
  await rig.write('odd.csv', odd);
  const { parity } = await exported(
    rig,
    `${messages}load odd { from: "odd.csv"  text: "text" }
fine-tune model { model: "./encoder"  from: messages  method: ${method} }
export folder { model: model  to: "out"  format: onnx  parity: odd }
`,
  );
  expect(parity).toMatchObject({ rows: 4, labels_agree: 4 });
  expect(parity.largest_difference).toBeLessThan(1e-4);
});

test(
  'the folder has what others look for, and its example for Node gives the labels of the model',
  { timeout: 60_000 },
  async () => {
    await using rig = await openRig(worker, example);
    takeEncoder(rig, 'encoders/odd-bert');
    await rig.write('asked.csv', 'text\nA first text.\n"Another one, which is longer."\n');
    const { stderr } = await exported(
      rig,
      `${messages}load asked { from: "asked.csv"  text: "text" }
fine-tune model { model: "./encoder"  from: messages  method: head(kind: logistic) }
predict labelled { model: model  from: asked  to: "labelled.csv" }
export folder { model: model  to: "out"  format: onnx  parity: messages }
export half { model: model  to: "half"  format: onnx  precision: fp16  parity: messages }
export small { model: model  to: "small"  format: onnx  precision: int8  parity: messages }
`,
    );
    expect(stderr).toMatch(/folder: parity: all labels of \d+ rows agree/);
    const out = join(rig.folder, 'out');
    expect(readdirSync(out).sort()).toEqual([
      'README.md',
      'config.json',
      'model.onnx',
      'parity.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const json = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8')) as unknown;
    expect(json('config.json')).toMatchObject({
      model_type: 'bert',
      id2label: { 0: 'fruit', 1: 'tool' },
      label2id: { fruit: 0, tool: 1 },
      problem_type: 'single_label_classification',
      fsl: { max_tokens: 48, pairs: false, head: { kind: 'logistic' } },
    });
    expect(json('tokenizer.json')).toMatchObject({
      truncation: { max_length: 48 },
      padding: { strategy: 'BatchLongest', pad_token: '[PAD]', pad_id: 0 },
    });
    const size = (folder: string): number => statSync(join(rig.folder, folder, 'model.onnx')).size;
    expect(size('half')).toBeLessThan(0.6 * size('out'));
    expect(size('small')).toBeLessThan(0.4 * size('out'));
    const wanted = readFileSync(join(rig.folder, 'labelled.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(-2));
    const said = (await readmeExample(out)).trim().split('\n');
    expect(said).toHaveLength(2);
    said.forEach((line, i) => {
      const [label = '', probability = ''] = line.split(' ').slice(-2);
      expect(label).toBe(wanted[i]?.[0]);
      expect(Number(probability)).toBeCloseTo(Number(wanted[i]?.[1]), 4);
    });
  },
);

test('pairs that are read together, and rows with several labels', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker, example);
  takeEncoder(rig, 'encoders/odd-bert');
  await rig.write(
    'pairs.csv',
    `a,b,same
${Array.from({ length: 12 }, (_, i) => `the cat sat ${i},the ${i % 2 === 0 ? 'cat' : 'dog'} sat,${i % 2 === 0 ? 'yes' : 'no'}`).join('\n')}
`,
  );
  const file = join(rig.folder, 'encoder/tokenizer.json');
  const tokenizer = JSON.parse(readFileSync(file, 'utf8')) as { post_processor: object };
  const one = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const pair = [
    one('[CLS]', 0),
    { Sequence: { id: 'A', type_id: 0 } },
    one('[SEP]', 0),
    { Sequence: { id: 'B', type_id: 1 } },
    one('[SEP]', 1),
  ];
  writeFileSync(
    file,
    JSON.stringify({ ...tokenizer, post_processor: { ...tokenizer.post_processor, pair } }),
  );
  const { parity } = await exported(
    rig,
    `load pairs { from: "pairs.csv"  text: ["a", "b"]  label: "same" }
fine-tune model { model: "./encoder"  from: pairs  method: head(kind: logistic)  pairs: together }
export folder { model: model  to: "out"  format: onnx  parity: pairs }
`,
  );
  expect(parity).toMatchObject({ rows: 12, labels_agree: 12 });
  expect(await readmeExample(join(rig.folder, 'out'))).toMatch(/\[ 'A first text.', .* \] (yes|no) 0\.\d+/);

  const kinds = [['cat'], ['dog'], ['cat', 'dog']];
  const rows = Array.from({ length: 12 }, (_, i) => kinds[i % 3] ?? []);
  await rig.write(
    'several.jsonl',
    rows
      .map((kinds, i) => JSON.stringify({ text: `the ${kinds.join(' ')} sat ${i}`, kinds }) + '\n')
      .join(''),
  );
  rmSync(join(rig.folder, 'out'), { recursive: true });
  const several = await exported(
    rig,
    `load several { from: "several.jsonl"  text: "text"  label: "kinds" }
fine-tune model { model: "./encoder"  from: several  method: head(kind: logistic)  threshold: 0.4 }
export folder { model: model  to: "out"  format: onnx  parity: several }
`,
  );
  expect(several.parity).toMatchObject({ rows: 12, labels_agree: 12 });
  const config = JSON.parse(readFileSync(join(rig.folder, 'out/config.json'), 'utf8')) as object;
  expect(config).toMatchObject({ problem_type: 'multi_label_classification', fsl: { threshold: 0.4 } });
  expect(await readmeExample(join(rig.folder, 'out'))).toMatch(/^A first text\. \[.*\]\n/);
});

test(
  'what is no function from token ids to scores is refused, with the format that works',
  { timeout: 60_000 },
  async () => {
    await using rig = await openRig(worker, example);
    takeEncoder(rig, 'encoders/odd-bert');
    await stripes(rig, 'stripes', [0, 3], 4);
    const refusal = async (program: string): Promise<string> => {
      await rig.write('main.fsl', program);
      const { code, stderr } = await rig.run(['check', 'main.fsl']);
      expect(code).toBe(2);
      return stderr;
    };
    const model = (method: string): string =>
      `${messages}fine-tune model { model: "./encoder"  from: messages  method: ${method} }
export out { model: model  to: "out"  format: onnx }`;
    expect(await refusal('export out { model: "./encoder"  to: "out"  format: onnx }')).toContain(
      'gives vectors',
    );
    expect(await refusal(model('one_class(normal: "fruit")'))).toContain(
      'how far a text is from all normal rows',
    );
    expect(await refusal(model('head(kind: knn)'))).toContain('or fit another head, such as');
    const prompted = `${messages}prompt asked { from: messages  template: "It is about {text}" }
fine-tune model { model: "./encoder"  from: asked  method: head }
export out { model: model  to: "out"  format: onnx }`;
    expect(await refusal(prompted)).toContain('or fit it on rows without a `prompt`');
    await rig.write('pairs.csv', 'a,b,same\none,two,no\none,one,yes\nthree,four,no\nthree,three,yes\n');
    const apart = `load pairs { from: "pairs.csv"  text: ["a", "b"]  label: "same" }
fine-tune model { model: "./encoder"  from: pairs  method: head }
export out { model: model  to: "out"  format: onnx }`;
    expect(await refusal(apart)).toContain('or fit it with `pairs: together`');
    const pictures = `load stripes { from: ["stripes-images-idx3-ubyte", "stripes-labels-idx1-ubyte"] }
fine-tune model { model: "builtin:pixels"  from: stripes  method: head }
export out { model: model  to: "out"  format: onnx }`;
    expect(await refusal(pictures)).toContain('is a model of pictures');
  },
);

test('a file that says something else than the model is not written', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker, example);
  takeEncoder(rig, 'encoders/odd-bert');
  // Weights that half precision rounds, and probabilities that change steeply.
  await rig.write(
    'main.fsl',
    `${messages}fine-tune trained { model: "./encoder"  from: messages  method: full  steps: 3 }
fine-tune model { model: trained  from: messages  method: prototype(temperature: 0.001) }
export folder { model: model  to: "out"  format: onnx  precision: fp16  parity: messages }
`,
  );
  const { code, stderr } = await rig.run(['main.fsl']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/error\[no-parity\]: 1 of the \d+ rows gets other answers/);
  expect(existsSync(join(rig.folder, 'out'))).toBe(false);
});

test('what is larger than an ONNX file can be is told before anything is written', () => {
  const large = readBertConfig(
    {
      model_type: 'xlm-roberta',
      hidden_size: 1024,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      intermediate_size: 4096,
      max_position_embeddings: 514,
      vocab_size: 250_002,
      type_vocab_size: 1,
      pad_token_id: 1,
    },
    'config.json',
  );
  expect(bytesTooMany(large, 'fp32')).toBeGreaterThan(0);
  expect(bytesTooMany(large, 'fp16')).toBe(0);
});
