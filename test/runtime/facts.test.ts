import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFacts } from '../../src/runtime/facts.ts';
import { wholeSource } from '../../src/parser/diagnostic.ts';
import type { Fact, Facts, ModelFacts, TableRequest } from '../../src/stages/facts.ts';
import { show } from '../stages/data/show.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

function factsOf(
  folder: TemporaryFolder,
  more: { cacheDirectory?: string; digest?: (path: string) => string } = {},
): Facts {
  return createFacts({
    display: (path) => folder.hide(path),
    project: { folder: folder.path, allowed: [] },
    env: {},
    ...more,
  });
}

/** The value, or what is wrong in the words of the diagnostic. */
function answer<T>(fact: Fact<T>): T | string {
  if (fact.state === 'unknown') return 'unknown';
  if (fact.state === 'known') return fact.value;
  return show({ span: wholeSource('program.fsl'), ...fact.problem });
}

const request: Omit<TableRequest, 'paths'> = {
  format: 'auto',
  header: true,
  pattern: undefined,
  onError: 'fail',
};

test('files of a path, a folder and a glob', () => {
  using folder = temporaryFolder();
  for (const name of ['b.csv', 'Z.csv', 'é.csv', 'a.txt', '.hidden.csv', 'sub/c.csv', 'x[1]/d.csv'])
    folder.write(name, 'text\n');
  const files = (pattern: string): unknown => {
    const found = answer(factsOf(folder).files(join(folder.path, pattern)));
    return typeof found === 'string' ? found : found.map((path) => folder.hide(path));
  };
  expect(files('b.csv')).toEqual(['b.csv']);
  expect(files('.')).toEqual(['Z.csv', 'a.txt', 'b.csv', 'é.csv']);
  expect(files('*.csv')).toEqual(['Z.csv', 'b.csv', 'é.csv']);
  expect(files('**/*.csv')).toEqual(['Z.csv', 'b.csv', 'sub/c.csv', 'x[1]/d.csv', 'é.csv']);
  expect(files('{b,Z}.csv')).toEqual(['Z.csv', 'b.csv']);
  expect(files('x[1]/*.csv')).toEqual(['x[1]/d.csv']);
  for (const name of ['deep/a/b/1.txt', 'deep/c/d/2.txt']) folder.write(name, 'text\n');
  expect(files('deep')).toEqual(['deep/a/b/1.txt', 'deep/c/d/2.txt']);
  symlinkSync(join(folder.path, 'deep'), join(folder.path, 'deep/a/around'));
  expect(files('deep')).toEqual(['deep/a/b/1.txt', 'deep/c/d/2.txt']);
  mkdirSync(join(folder.path, 'empty'));
  expect([files('B.cvs'), files('*.tsv'), files('empty'), files('sub/none/x.csv')].join('\n')).toBe(
    `program.fsl:1:1 missing-file: there is no file \`B.cvs\`
hint: did you mean \`b.csv\`?
program.fsl:1:1 missing-file: no file matches \`*.tsv\`
hint: paths in a program are relative to the program, those of \`--set\` to the working directory
program.fsl:1:1 missing-file: the folder \`empty\` has no files
hint: paths in a program are relative to the program, those of \`--set\` to the working directory
program.fsl:1:1 missing-file: there is no file \`sub/none/x.csv\`
hint: paths in a program are relative to the program, those of \`--set\` to the working directory`,
  );
});

test('columns, counts and what is missing', () => {
  using folder = temporaryFolder();
  const many = Array.from(
    { length: 1001 },
    (_, i) => `{"id": ${i}, "few": ${i % 2}, "tags": ["t", "u${i % 3}"]}`,
  );
  const paths = [
    folder.write('a.jsonl', many.join('\n')),
    folder.write('b.jsonl', '{"few": "1", "text": ""}'),
  ];
  const table = factsOf(folder).table({ ...request, paths });
  if (table.state !== 'known') throw new Error('the table is readable');
  const { value } = table;
  expect([value.columns, value.rows, value.skipped]).toEqual([['id', 'few', 'tags', 'text'], 1002, 0]);
  expect(value.counts('id')).toBeUndefined();
  expect(value.counts('few')).toEqual([
    { value: '0', rows: 501 },
    { value: '1', rows: 501 },
  ]);
  expect(value.counts('tags')?.map((entry) => entry.value)).toEqual(['t', 'u0', 'u1', 'u2']);
  expect([value.missing('tags'), value.missing('text'), value.missing('few')]).toEqual([1, 1002, 0]);
  expect([value.counts('none'), value.missing('none')]).toEqual([undefined, undefined]);
});

test('a broken row is wrong, or left out and counted', () => {
  using folder = temporaryFolder();
  const paths = [folder.write('a.csv', 'text,label\na,1\nb\nc,2\n')];
  expect(answer(factsOf(folder).table({ ...request, paths }))).toBe(
    `a.csv:3:2 bad-table: a row has 1 field where the header has 2 columns
| b
|  ^
hint: add the missing comma and field, or leave broken rows out with \`on_error: skip\``,
  );
  expect(answer(factsOf(folder).table({ ...request, paths, onError: 'skip' }))).toMatchObject({
    rows: 2,
    skipped: 1,
  });
});

test('Parquet is unknown; of a large file only the columns are known', () => {
  using folder = temporaryFolder();
  const parquet = folder.write('a.parquet', 'PAR1 data PAR1');
  expect(answer(factsOf(folder).table({ ...request, paths: [parquet] }))).toBe('unknown');
  expect(answer(factsOf(folder).table({ ...request, paths: [folder.write('b.parquet', 'text\na\n')] }))).toBe(
    `b.parquet:1:1 bad-table: \`b.parquet\` is not a Parquet file
hint: check that \`from\` and \`format\` fit each other; a Parquet file starts and ends with \`PAR1\``,
  );
  expect(
    answer(factsOf(folder).table({ ...request, paths: [folder.write('c.parquet', 'PAR1 da')] })),
  ).toContain('`c.parquet` is a Parquet file that is cut off');
  const row = `${'é'.repeat(500)},1\n`;
  const large = folder.write('large.csv', 'text,label\n' + row.repeat(34_000));
  const table = answer(factsOf(folder).table({ ...request, paths: [large] }));
  if (typeof table === 'string') throw new Error(table);
  expect([table.columns, table.rows, table.counts('label'), table.missing('text')]).toEqual([
    ['text', 'label'],
    undefined,
    undefined,
    undefined,
  ]);
});

test('counts are kept by content, and a damaged record is not believed', () => {
  using folder = temporaryFolder();
  const cacheDirectory = join(folder.path, 'cache');
  const path = folder.write('a.csv', 'text\na\nb\n');
  const rows = (of: string, header: boolean): unknown => {
    const table = answer(factsOf(folder, { cacheDirectory }).table({ ...request, paths: [of], header }));
    return typeof table === 'string' ? table : table.rows;
  };
  expect(rows(path, true)).toBe(2);
  expect(rows(path, false)).toBe(3);
  expect(rows(folder.write('b.csv', 'text\na\nb\n'), true)).toBe(2);
  const records = readdirSync(cacheDirectory).map((name) => join(cacheDirectory, name));
  expect(records).toHaveLength(2); // the copy needed none of its own

  for (const record of records)
    writeFileSync(record, readFileSync(record, 'utf8').replace('"rows":2', '"rows":9'));
  expect(rows(path, true)).toBe(2);

  folder.write('a.csv', 'text\na\n');
  expect(rows(path, true)).toBe(1);
});

test('what is known is not read again', () => {
  using folder = temporaryFolder();
  const paths = [folder.write('a.csv', 'text\na\n')];
  let asked = 0;
  const facts = factsOf(folder, { digest: () => `digest ${(asked += 1)}` });
  facts.table({ ...request, paths });
  facts.table({ ...request, paths });
  expect(asked).toBe(1);
  facts.table({ ...request, paths, header: false });
  expect(asked).toBe(2);
});

test('json and text', () => {
  using folder = temporaryFolder();
  const facts = factsOf(folder);
  const file = (name: string, contents: string): string => folder.write(name, contents);
  expect(answer(facts.json(file('a.json', '\ufeff{"13": [1, 2]}')))).toEqual({ '13': [1, 2] });
  expect(answer(facts.json(file('b.json', '{"13": [1, 2}')))).toBe(
    `b.json:1:13 bad-table: this is not JSON
| {"13": [1, 2}
|             ^
hint: mend the JSON at this place`,
  );
  expect(answer(facts.source(file('a.txt', '\ufeffAnswer:\n')))).toEqual({
    path: 'a.txt',
    text: 'Answer:\n',
  });
  expect(answer(facts.source(file('empty.txt', '')))).toEqual({ path: 'empty.txt', text: '' });
  expect(answer(facts.source(join(folder.path, 'no.txt')))).toBe(
    'program.fsl:1:1 missing-file: there is no file `no.txt`\nhint: check the path',
  );
  mkdirSync(join(folder.path, 'folder'));
  symlinkSync('loop', join(folder.path, 'loop'));
  expect([
    answer(facts.source(join(folder.path, 'folder'))),
    answer(facts.json(join(folder.path, 'loop'))),
  ]).toEqual([
    'program.fsl:1:1 unreadable-file: `folder` cannot be read: it is a folder\nhint: check what it is, and who may read it',
    'program.fsl:1:1 unreadable-file: `loop` cannot be read: its links go round in a circle\nhint: check what it is, and who may read it',
  ]);
});

/** A safetensors file with these tensors; `damage` changes the bytes. */
function safetensors(tensors: Readonly<Record<string, unknown>>, data: number): Uint8Array {
  const header = Buffer.from(JSON.stringify(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(data)]);
}

const bertConfig = {
  model_type: 'bert',
  hidden_size: 2,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  intermediate_size: 3,
  max_position_embeddings: 4,
  vocab_size: 5,
};
const config = JSON.stringify(bertConfig);
const tokenizer = '{"model": {"type": "WordPiece", "vocab": {}}}';

/** Weights of `bertConfig`, with the tensors in `more` added. */
function bertFile(prefix = '', more: Readonly<Record<string, readonly number[]>> = {}): Uint8Array {
  const dense = (name: string, from: number, to: number) => ({
    [`${name}.weight`]: [to, from],
    [`${name}.bias`]: [to],
  });
  const norm = (name: string) => ({ [`${name}.weight`]: [2], [`${name}.bias`]: [2] });
  const layer = 'encoder.layer.0';
  const shapes: Record<string, readonly number[]> = {
    'embeddings.word_embeddings.weight': [5, 2],
    'embeddings.position_embeddings.weight': [4, 2],
    'embeddings.token_type_embeddings.weight': [2, 2],
    ...norm('embeddings.LayerNorm'),
    ...dense(`${layer}.attention.self.query`, 2, 2),
    ...dense(`${layer}.attention.self.key`, 2, 2),
    ...dense(`${layer}.attention.self.value`, 2, 2),
    ...dense(`${layer}.attention.output.dense`, 2, 2),
    ...norm(`${layer}.attention.output.LayerNorm`),
    ...dense(`${layer}.intermediate.dense`, 2, 3),
    ...dense(`${layer}.output.dense`, 3, 2),
    ...norm(`${layer}.output.LayerNorm`),
    ...more,
  };
  let end = 0;
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const begin = end;
    end += shape.reduce((product, size) => product * size, 2);
    return [`${prefix}${name}`, { dtype: 'F16', shape, data_offsets: [begin, end] }] as const;
  });
  return safetensors({ __metadata__: { format: 'pt' }, ...Object.fromEntries(tensors) }, end);
}

const weights = bertFile();

test('words that a masked language model can be asked for', () => {
  const folder = join(import.meta.dirname, '../fixtures/masked/tiny-bert');
  const facts = answer(
    createFacts({ display: (path) => path, project: { folder, allowed: [] }, env: {} }).modelFolder(folder),
  ) as ModelFacts;
  expect(facts).toMatchObject({ capability: 'encoder', masked: true });
  expect(facts.word?.('great')).toEqual({ state: 'token', id: 14 });
  expect(facts.word?.('greatly')).toMatchObject({
    state: 'split',
    pieces: [{ token: 'great' }, { token: '##l' }, { token: '##y' }],
  });
  expect(facts.word?.('漢')).toEqual({ state: 'unknown' });
});

test.each([
  ['of an encoder', weights, tokenizer],
  ['with a head', bertFile('bert.'), tokenizer],
  ['with a tokenizer of an old library', weights, '{"model": {"vocab": {}}}'],
])('a model folder that can be used: %s', (_, file, vocabulary) => {
  using folder = temporaryFolder();
  folder.write('m/config.json', config);
  folder.write('m/tokenizer.json', vocabulary);
  folder.write('m/model.safetensors', file);
  expect(answer(factsOf(folder).modelFolder(join(folder.path, 'm')))).toEqual({
    capability: 'encoder',
    images: false,
    labels: undefined,
    masked: false,
    layers: 1,
  });
});

test('a ResNet for CIFAR-10 has its first convolution and its blocks as layers', () => {
  using folder = temporaryFolder();
  const names = ['layer1.0', 'layer2.0', 'layer2.1', 'layer3.0'].flatMap((block) =>
    [1, 2].map((n) => `${block}.conv${n}.weight`),
  );
  const all = ['bn1.running_var', 'conv1.weight', 'linear.weight', ...names];
  const file = (some: readonly string[]) =>
    safetensors(
      Object.fromEntries(
        some.map((name, i) => [name, { dtype: 'U8', shape: [1], data_offsets: [i, i + 1] }]),
      ),
      some.length,
    );
  folder.write('m/resnet20.safetensors', file(all));
  const facts = () => factsOf(folder).modelFolder(join(folder.path, 'm'));
  expect(facts()).toMatchObject({ state: 'known', value: { images: true, trainable: true, layers: 5 } });
  folder.write('m/resnet20.safetensors', file(all.slice(1)));
  expect(answer(facts())).toContain(
    'bad-model: `m/resnet20.safetensors` is no ResNet of the kind that FSL runs',
  );
});

test.each<[path: string, hint: RegExp]>([
  ['owner/name', /^for a model on the Hugging Face hub write "hf:owner\/name"; else give the path/],
  ['name', /^give the path/],
  ['a/b/name', /^give the path/],
])('a model folder that is not there may be a name on the hub: %s', (path, hint) => {
  using folder = temporaryFolder();
  expect(factsOf(folder).modelFolder(join(folder.path, path))).toMatchObject({
    state: 'wrong',
    problem: { code: 'missing-file', hint: expect.stringMatching(hint) as unknown },
  });
});

test.each<
  [what: string, files: Readonly<Record<string, string | Uint8Array | null>>, message: RegExp | string]
>([
  [
    'no folder',
    { 'config.json': null, 'tokenizer.json': null, 'model.safetensors': null },
    'missing-file: there is no model folder `m`',
  ],
  ['no config', { 'config.json': null }, 'missing-model-file: the model folder `m` has no `config.json`'],
  [
    'no weights',
    { 'model.safetensors': null },
    'missing-model-file: the model folder `m` has no `model.safetensors`',
  ],
  [
    'other weights',
    { 'model.safetensors': null, 'pytorch_model.bin': 'x' },
    'hint: the weights are there as `pytorch_model.bin`: save the model again with `safe_serialization=True`',
  ],
  [
    'no tokenizer',
    { 'tokenizer.json': null },
    'missing-model-file: the model folder `m` has no `tokenizer.json`',
  ],
  [
    'damaged config',
    { 'config.json': '{"model_type": ' },
    'm/config.json:1:16 bad-model: the JSON ends too early',
  ],
  [
    'damaged tokenizer',
    { 'tokenizer.json': '' },
    'm/tokenizer.json:1:1 bad-model: `m/tokenizer.json` is empty',
  ],
  [
    'another family',
    { 'config.json': '{"model_type": "gpt2"}' },
    'bad-model: `m` is a model of type `gpt2`, which FSL does not run',
  ],
  [
    'no family',
    { 'config.json': '[]' },
    'bad-model: `m/config.json` does not say what `model_type` the model has',
  ],
  ['empty weights', { 'model.safetensors': '' }, 'is damaged: the file has 0 bytes, too few for a header'],
  [
    'truncated weights',
    { 'model.safetensors': weights.subarray(0, weights.length - 1) },
    /is damaged: the tensors need \d+ bytes, but only \d+ are there/,
  ],
  [
    'truncated header',
    { 'model.safetensors': weights.subarray(0, 40) },
    /is damaged: the header should end at byte \d+, but the file has 40 bytes/,
  ],
  [
    'weights with more behind them',
    { 'model.safetensors': Buffer.concat([weights, Buffer.of(0)]) },
    'is damaged: 1 bytes at the end belong to no tensor',
  ],
  [
    'a header that is no JSON',
    { 'model.safetensors': Buffer.concat([weights.subarray(0, 8), Buffer.from('x'), weights.subarray(9)]) },
    'is damaged: the header is not JSON',
  ],
  [
    'tensors that overlap',
    {
      'model.safetensors': safetensors(
        {
          a: { dtype: 'U8', shape: [2], data_offsets: [0, 2] },
          b: { dtype: 'U8', shape: [2], data_offsets: [1, 3] },
        },
        3,
      ),
    },
    'is damaged: tensor `b` overlaps the one before it',
  ],
  [
    'a shape that does not fit',
    { 'model.safetensors': safetensors({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, 4) },
    'is damaged: tensor `a` of shape [2] needs 8 bytes and has 4',
  ],
  [
    'another width than its config',
    { 'config.json': JSON.stringify({ ...bertConfig, hidden_size: 4 }) },
    'bad-model: `m/model.safetensors`: the weight `embeddings.word_embeddings.weight` has the shape [5, 2], and `config.json` implies [5, 4]',
  ],
  [
    'another vocabulary than its config',
    { 'config.json': JSON.stringify({ ...bertConfig, vocab_size: 6 }) },
    'has the shape [5, 2], and `config.json` implies [6, 2]',
  ],
  [
    'fewer layers than its config',
    { 'config.json': JSON.stringify({ ...bertConfig, num_hidden_layers: 2 }) },
    'there is no weight `encoder.layer.1.attention.self.query.weight`, which `config.json` implies',
  ],
  [
    'more layers than its config',
    { 'model.safetensors': bertFile('bert.', { 'encoder.layer.10.output.dense.bias': [2] }) },
    'bad-model: `m/model.safetensors`: there are 11 layers, and `config.json` says `num_hidden_layers` 1',
  ],
  [
    'an architecture that is not run',
    { 'config.json': JSON.stringify({ ...bertConfig, hidden_act: 'silu' }) },
    'bad-model: `m/config.json`: `hidden_act` is "silu", which FSL does not run',
  ],
  [
    'a tokenizer of no type',
    { 'tokenizer.json': '{"model": 1}' },
    'bad-model: `m/tokenizer.json` does not say what `model` the tokenizer has',
  ],
  [
    'a tokenizer of an unknown type',
    { 'tokenizer.json': '{"model": {"type": "WordLevel", "vocab": {}}}' },
    'bad-model: the tokenizer of `m/tokenizer.json` is of type "WordLevel", which FSL does not run',
  ],
])('a model folder with %s', (_, files, message) => {
  using folder = temporaryFolder();
  const all = {
    'config.json': config,
    'tokenizer.json': tokenizer,
    'model.safetensors': weights,
    ...files,
  };
  for (const [name, contents] of Object.entries(all))
    if (contents !== null) folder.write(`m/${name}`, contents);
  const found = answer(factsOf(folder).modelFolder(join(folder.path, 'm')));
  expect(found).toEqual(
    typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  );
  expect(found).toContain('\nhint: ');
});
