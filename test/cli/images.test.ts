// Programs of pictures, from files to figures: folders, a column of paths, IDX files; what is broken, what is the same picture twice, what does not fit together.
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'images');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

/** 8 x 8 pictures in two kinds, dark on the left and dark above. */
async function pictures(rig: Rig, perLabel: number): Promise<void> {
  for (const [kind, label] of ['left', 'above'].entries()) {
    await mkdir(join(rig.folder, 'pictures', label), { recursive: true });
    for (let i = 0; i < perLabel; i += 1)
      await writeFile(join(rig.folder, 'pictures', label, `${i}.bmp`), bitmap(kind, i));
  }
}

function bitmap(kind: number, i: number): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + 192, 2);
  header.writeUInt32LE(54, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(8, 18);
  header.writeInt32LE(-8, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  const pixels = Buffer.alloc(192, 255);
  for (let y = 0; y < 8; y += 1)
    for (let x = 0; x < 8; x += 1)
      if ((kind === 0 ? x : y) < 4)
        pixels.fill((i * 7 + x * 3 + y * 5) % 90, (y * 8 + x) * 3, (y * 8 + x) * 3 + 3);
  return Buffer.concat([header, pixels]);
}

const learn = (from: string): string => `load pictures { ${from} }
split parts { from: pictures  test: 4 per label  train: 3 per label  seed: 1 }
fine-tune model { model: "builtin:pixels"  from: parts.train  method: head(kind: knn, k: 1) }
evaluate score { model: model  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
`;

const accuracyOf = async (rig: Rig): Promise<unknown> => {
  const { stdout } = await rig.run(['show', 'main.fsl', 'score', '--format', 'json']);
  return (JSON.parse(stdout) as { metrics: Record<string, unknown> }).metrics['accuracy'];
};

test(
  'folders: learnt, measured, and not run again; a picture in another folder is another row',
  { timeout: 60_000 },
  async () => {
    await using rig = await openRig(worker);
    await pictures(rig, 8);
    await rig.write('main.fsl', learn('from: "pictures"'));
    const ran = await rig.run(['main.fsl']);
    expect(ran.stderr).not.toContain('error[');
    expect(await accuracyOf(rig)).toMatchObject({ value: 1 });
    expect((await rig.run(['main.fsl'])).stdout).toContain('Everything is cached: 4 steps');
    expect(blocks(rig)).toBe(1); // the parts have that of the load
    const paths = ['pictures/above/7.bmp', 'pictures/left/7.bmp'];
    const asked = await rig.run(['predict', 'main.fsl', 'model', ...paths, '--format', 'json']);
    expect(JSON.parse(asked.stdout)).toMatchObject([
      {
        text: paths[0],
        label: 'above',
        neighbours: [{ label: 'above', text: expect.stringMatching(/^above\/\d\.bmp$/) as unknown }, {}, {}],
      },
      { text: paths[1], label: 'left' },
    ]);
    const missing = await rig.run(['predict', 'main.fsl', 'model', 'gone.bmp']);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/error\[missing-file\]: the picture `gone.bmp` cannot be read/),
    ]);
    await rename(join(rig.folder, 'pictures/left/0.bmp'), join(rig.folder, 'pictures/above/8.bmp'));
    expect((await rig.run(['main.fsl', '--dry-run'])).stdout).toMatch(/● load pictures/);
  },
);

/** How many blocks of pixels are kept. */
function blocks(rig: Rig): number {
  const objects = join(rig.folder, '.fsl/objects');
  const files = readdirSync(objects, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return files.filter(({ parentPath, name }) =>
    readFileSync(join(parentPath, name))
      .subarray(8, 40)
      .toString('latin1')
      .includes('{"names":{"dtype":"U8"'),
  ).length;
}

test('a column of paths, and the same picture under two names', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await pictures(rig, 8);
  await copyFile(join(rig.folder, 'pictures/left/0.bmp'), join(rig.folder, 'copy.bmp'));
  const lines = ['left', 'above'].flatMap((label) =>
    Array.from({ length: 8 }, (_, i) => `pictures/${label}/${i}.bmp,${label}`),
  );
  await rig.write('table.csv', ['path,kind', ...lines].join('\n'));
  await rig.write('more.csv', 'path,kind\ncopy.bmp,left\n');
  const program = learn('from: "table.csv"  image: "path"  label: "kind"');
  await rig.write('main.fsl', program);
  expect((await rig.run(['main.fsl'])).stderr).not.toContain('error[');
  expect(await accuracyOf(rig)).toMatchObject({ value: 1 });
  await rig.write(
    'main.fsl',
    `${program.replace('parts.train  method', 'pictures  method').replace('on: parts.test', 'on: more')}load more { from: "more.csv"  image: "path"  label: "kind" }\n`,
  );
  expect((await rig.run(['main.fsl'])).stderr).toMatch(/error\[overlap\][^]*1 of the 1 rows is among those/);
  await rig.write('table.csv', 'path,kind\npictures/left/0.bmp,left\npictures/left/none.bmp,left\n');
  expect((await rig.run(['check', 'main.fsl'])).stderr).toContain(
    'that `path` names is not there: `pictures/left/none.bmp`',
  );
  await rig.write(
    'table.csv',
    `path,kind\n${'not a path but a sentence, '.repeat(20)}.,left\n`.replace(/, /g, ' '),
  );
  expect((await rig.run(['check', 'main.fsl'])).stderr).toMatch(/error\[missing-file\]: a file that `path`/);
});

test('broken pictures are named, or left out and counted', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await pictures(rig, 8);
  await writeFile(join(rig.folder, 'pictures/left/3.bmp'), bitmap(0, 3).subarray(0, 60));
  await rig.write('main.fsl', learn('from: "pictures"'));
  const refused = await rig.run(['main.fsl']);
  expect(refused.stderr).toMatch(/error\[bad-image\]: `pictures\/left\/3\.bmp` is damaged/);
  await rig.write('main.fsl', learn('from: "pictures"  on_error: skip'));
  const skipped = await rig.run(['main.fsl']);
  expect(skipped.stderr + skipped.stdout).toContain(
    '1 row was left out because their pictures are broken: `pictures/left/3.bmp`',
  );
  expect(await accuracyOf(rig)).toMatchObject({ value: 1 });
});

test(
  'files that are not there, or are no pictures, are named, or their rows left out',
  { timeout: 60_000 },
  async () => {
    await using rig = await openRig(worker);
    await pictures(rig, 8);
    const lines = ['left', 'above'].flatMap((label) =>
      Array.from({ length: 8 }, (_, i) => `pictures/${label}/${i}.bmp,${label}`),
    );
    const table = (...more: string[]): Promise<void> =>
      rig.write('table.csv', ['path,kind', ...lines, ...more.map((path) => `${path},left`)].join('\n'));
    const from = 'from: "table.csv"  image: "path"  label: "kind"';
    const said = async (): Promise<string> => (await rig.run(['check', 'main.fsl'])).stderr;
    await rig.write('main.fsl', learn(from));
    await table('https://example.org/a.png');
    expect(await said()).toContain('pictures are not downloaded: get them first');
    await table('gone.png', `${'A'.repeat(5000)}/9j`);
    expect(await said()).toMatch(/2 files that `path` names are not there: `gone\.png`, `A{100}…`\n/);
    await table('main.fsl');
    expect(await said()).toContain(
      'error[bad-image]: a file that `path` names cannot be a picture, by its name: `main.fsl`',
    );
    await table('gone.png', 'main.fsl');
    await rig.write('main.fsl', learn(`${from}  on_error: skip`));
    const skipped = await rig.run(['main.fsl']);
    expect(skipped.stderr + skipped.stdout).toContain(
      'broken: `gone.png` is not there; `main.fsl` cannot be a picture, by its name',
    );
    expect(await accuracyOf(rig)).toMatchObject({ value: 1 });
    await writeFile(join(rig.folder, 'gone.png'), bitmap(0, 0)); // now it is there, and is read
    expect((await rig.run(['main.fsl', '--dry-run'])).stdout).toMatch(/● load pictures/);
  },
);

test('folders in folders: their labels are told apart by `folder`', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  for (const [kind, above] of ['one', 'two'].entries())
    for (const [i, label] of ['x', 'y'].entries()) {
      await mkdir(join(rig.folder, 'all', above, label), { recursive: true });
      await writeFile(join(rig.folder, 'all', above, label, 'a.bmp'), bitmap(kind, i));
    }
  await rig.write('main.fsl', 'load all { from: "all" }\nload apart { from: "all"  label: "folder" }\n');
  const ran = await rig.run(['main.fsl', 'all', 'apart']);
  expect(ran.stderr).toContain(
    'all: 2 labels are those of folders in several places, such as `"x"` of `"one/x"` and `"two/x"`; `label: "folder"` keeps them apart',
  );
  expect(ran.stderr).not.toContain('apart: 2 labels');
  const labels = async (name: string): Promise<unknown> =>
    (
      JSON.parse((await rig.run(['show', 'main.fsl', name, '--format', 'json'])).stdout) as {
        labels: unknown;
      }
    ).labels;
  expect(await labels('all')).toEqual({ x: 2, y: 2 });
  expect(await labels('apart')).toEqual({ 'one/x': 1, 'one/y': 1, 'two/x': 1, 'two/y': 1 });
});

test('sizes that differ ask for one', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await pictures(rig, 8);
  await copyFile(join(fixtures, 'turned.jpg'), join(rig.folder, 'pictures/left/9.jpg'));
  await rig.write('main.fsl', learn('from: "pictures"'));
  expect((await rig.run(['main.fsl'])).stderr).toMatch(
    /error\[bad-image\]: the pictures have different sizes: `[^`]*` is 8 pixels wide and 8 high, [^]* `size: 64`/,
  );
  await rig.write('main.fsl', learn('from: "pictures"  size: 6'));
  expect((await rig.run(['main.fsl'])).stderr).not.toContain('error[');
});

const labels = Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 'left' : 'above'));

test('bytes in a column of Parquet files', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  const data = labels.map((_, i) => new Uint8Array(bitmap(i % 2, i)));
  const table = (column: string, bytes: Uint8Array[]): Buffer =>
    Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: column, data: bytes, type: 'BYTE_ARRAY' },
          { name: 'label', data: labels, type: 'STRING' },
        ],
      }),
    );
  await writeFile(join(rig.folder, 'plain.parquet'), table('image', data));
  await rig.write('main.fsl', learn('from: "plain.parquet"  image: "image"'));
  expect((await rig.run(['main.fsl'])).stderr).not.toContain('error[');
  expect(await accuracyOf(rig)).toMatchObject({ value: 1 });
  const damaged = data.with(3, new Uint8Array(bitmap(0, 3).subarray(0, 60)));
  await writeFile(join(rig.folder, 'plain.parquet'), table('image', damaged));
  expect((await rig.run(['main.fsl'])).stderr).toContain('error[bad-image]: `row 3` is damaged');
  const none = Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'image', data: data.map((one, i) => (i < 2 ? null : one)), type: 'BYTE_ARRAY' },
        { name: 'label', data: labels, type: 'STRING' },
      ],
    }),
  );
  await writeFile(join(rig.folder, 'plain.parquet'), none);
  expect((await rig.run(['main.fsl'])).stderr).toMatch(
    /2 rows have nothing in the column `image` \(the first is row 1\)[^]*hint: leave such rows out with `on_error: skip`/,
  );
  await rig.write('main.fsl', learn('from: "plain.parquet"  image: "picture"'));
  expect((await rig.run(['main.fsl'])).stderr).toMatch(
    /error\[unknown-column\]: the data has no column `picture`[^]*`image`, `label`/,
  );
  await rig.write('main.fsl', learn('from: "plain.parquet"  image: "image"'));
  const paths = parquetWriteBuffer({
    columnData: [
      { name: 'image', data: labels },
      { name: 'label', data: labels },
    ],
  });
  await writeFile(join(rig.folder, 'plain.parquet'), Buffer.from(paths));
  expect((await rig.run(['main.fsl'])).stderr).toMatch(
    /no picture `left`[^]*of Parquet files the column holds the bytes/,
  );
});

test('records of bytes and a path in Parquet files, as the hub has them', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  const image = labels.map((_, i) => ({ bytes: new Uint8Array(bitmap(i % 2, i)), path: `${i}.bmp` }));
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 'image', data: image },
      { name: 'label', data: labels },
    ],
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'label', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    ],
  });
  await writeFile(join(rig.folder, 'hub.parquet'), Buffer.from(bytes));
  await rig.write('main.fsl', learn('from: "hub.parquet"  image: "image"'));
  expect((await rig.run(['main.fsl'])).stderr).not.toContain('error[');
  expect(await accuracyOf(rig)).toMatchObject({ value: 1 });
});

test.each([
  ['as they are', '', (bytes: Buffer): Buffer => bytes],
  ['compressed by gzip', '.gz', gzipSync],
])('IDX files with their labels, %s', { timeout: 60_000 }, async (_how, ending, packed) => {
  await using rig = await openRig(worker);
  const grey = (kind: number, i: number): Uint8Array =>
    bitmap(kind, i)
      .subarray(54)
      .filter((_, at) => at % 3 === 0);
  const all = Array.from({ length: 16 }, (_, i) => grey(i % 2, i));
  const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 16, 0, 0, 0, 8, 0, 0, 0, 8]);
  await writeFile(join(rig.folder, `a-images-idx3-ubyte${ending}`), packed(Buffer.concat([header, ...all])));
  const numbers = Buffer.from([0, 0, 8, 1, 0, 0, 0, 16, ...all.map((_, i) => i % 2)]);
  await writeFile(join(rig.folder, `a-labels-idx1-ubyte${ending}`), packed(numbers));
  await rig.write('main.fsl', learn('from: "a-*"  label_names: { "0": "left", "1": "above" }'));
  expect((await rig.run(['main.fsl'])).stderr).not.toContain('error[');
  expect(await accuracyOf(rig)).toMatchObject({ value: 1 });
  await rig.write('labels.fsl', `load alone { from: "a-labels-idx1-ubyte${ending}" }\n`);
  expect((await rig.run(['labels.fsl', 'alone'])).stderr).toContain(
    `\`a-labels-idx1-ubyte${ending}\` has labels and no pictures`,
  );
  const asked = await rig.run(['predict', 'main.fsl', 'model', `a-images-idx3-ubyte${ending}`]);
  expect([asked.code, asked.stderr]).toEqual([
    2,
    expect.stringMatching(/error\[bad-image\]: `a-images-idx3-ubyte.*` is no picture[^]*<command line>/),
  ]);
});

test('files beside the pictures of a folder are named, or left out', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await pictures(rig, 8);
  await rig.write('pictures/left/notes.txt', '');
  await rig.write('main.fsl', learn('from: "pictures"  size: 6'));
  const { code, stderr } = await rig.run(['check', 'main.fsl']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('error[bad-image]: `left/notes.txt` cannot be a picture, by its name');
  expect(stderr).not.toContain('option-without-effect');
  await rig.write('main.fsl', learn('from: "pictures"  size: 6  on_error: skip'));
  const skipped = await rig.run(['main.fsl']);
  expect(skipped.stderr).toContain('broken: `pictures/left/notes.txt` is empty');
});

test.each([
  [
    'prompt asked { from: parts.train  template: "{text}" }',
    '`prompt` works on texts, and `parts.train` gives pictures',
  ],
  ['augment copies { from: parts.train  with: swap }', '`swap` changes texts, and these rows are pictures'],
  [
    'fine-tune other { model: "builtin:ngrams"  from: parts.train }',
    'this model reads texts, and these rows are pictures',
  ],
  [
    'load texts { from: "t.csv" }\nevaluate other { model: model  on: texts }',
    'this model reads pictures, and these rows are texts',
  ],
])('%s', async (stage, problem) => {
  await using rig = await openRig(worker);
  await pictures(rig, 8);
  await rig.write('t.csv', 'text,label\na,left\nb,above\n');
  await rig.write('main.fsl', learn('from: "pictures"') + stage);
  expect((await rig.run(['check', 'main.fsl'])).stderr).toContain(problem);
});
