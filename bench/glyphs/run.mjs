// `builtin:glyph-conv` on pictures that it has not seen: new characters of Omniglot by episodes, and MNIST from five digits of each kind, beside pixels and frozen
// doodlenet. Usage: npm run bench:glyphs -- [--model FOLDER] [--doodlenet FOLDER] [--data FOLDER] [--measured 600] [--draws 10] [--inverted]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { splits, writePart } from '../omniglot/parts.mjs';
import { average, halfWidth } from '../statistics.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const shared = process.env.FSL_SHARED ?? resolve(root, '../shared');
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'builtin:glyph-conv' },
    doodlenet: { type: 'string', default: join(shared, 'models/doodlenet_tfjs') },
    data: { type: 'string', default: join(shared, 'data') },
    measured: { type: 'string', default: '600' },
    draws: { type: 'string', default: '10' },
    inverted: { type: 'boolean', default: false },
  },
});
for (const path of [values.data, values.doodlenet])
  if (!existsSync(path)) throw new Error(`${path} is not there: give --data and --doodlenet`);

const model = values.model.startsWith('builtin:') ? values.model : resolve(values.model);
const models = { glyph: model, pixels: 'builtin:pixels', doodle: resolve(values.doodlenet) };
const shapes = [
  [5, 1],
  [5, 5],
  [20, 1],
  [20, 5],
];
const heads = { prototype: 'prototype(distance: euclidean)', logistic: 'head(kind: logistic)' };

const work = mkdtempSync(join(tmpdir(), 'bench-glyphs-'));
try {
  writeData();
  writeFileSync(join(work, 'main.fsl'), program());
  fslrun('main.fsl');
  printEpisodes();
  printDigits();
} finally {
  rmSync(work, { recursive: true });
}

function fslrun(...args) {
  return execFileSync(process.execPath, [join(root, 'dist/fslrun.js'), ...args], {
    cwd: work,
    env: { ...process.env, FSL_STORE: join(work, '.fsl') },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function writeData() {
  writePart(join(values.data, 'omniglot_small'), work, 'omniglot', splits.test);
  for (const part of ['images-idx3-ubyte', 'labels-idx1-ubyte'])
    writeFileSync(
      join(work, `mnist-${part}`),
      gunzipSync(readFileSync(join(values.data, 'mnist_test', `t10k-${part}.gz`))),
    );
  if (!values.inverted) return;
  for (const name of ['omniglot', 'mnist']) {
    const file = join(work, `${name}-images-idx3-ubyte`);
    writeFileSync(
      file,
      readFileSync(file).map((byte, i) => (i < 16 ? byte : 255 - byte)),
    );
  }
}

function program() {
  const episodes = shapes.flatMap(([ways, shots]) =>
    Object.entries(models).map(([name, source]) => {
      const method = name === 'glyph' ? '' : `  method: ${heads.prototype}`;
      return `evaluate ${name}_${ways}_${shots} { model: ${JSON.stringify(source)}  on: characters  episodes: ${values.measured}  ways: ${ways}  shots: ${shots}  queries: 15${method} }`;
    }),
  );
  const digits = Object.entries(models).flatMap(([name, source]) =>
    Object.entries(heads).map(
      ([
        head,
        method,
      ]) => `  fine-tune ${name}_${head} { model: ${JSON.stringify(source)}  from: parts.train  method: ${method} }
  evaluate ${name}_${head}_score { model: ${name}_${head}  on: parts.test  metrics: [accuracy]  bootstrap: 0 }`,
    ),
  );
  return `fsl 1
load characters { from: "omniglot-*" }
load digits { from: "mnist-*" }
${episodes.join('\n')}
each draw in 1..${values.draws} {
  split parts { from: digits  train: 5 per label  test: 200 per label  seed: draw }
${digits.join('\n')}
}
`;
}

function report(...stage) {
  return JSON.parse(fslrun('show', 'main.fsl', ...stage, '--format', 'json'));
}

function printEpisodes() {
  console.log(`Omniglot, ${values.measured} episodes with 15 queries a class\n`);
  console.log(
    '| episodes | glyph-conv | pixels | doodlenet | glyph-conv - pixels | glyph-conv - doodlenet |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const [ways, shots] of shapes) {
    const [glyph, pixels, doodle] = Object.keys(models).map(
      (name) => report(`${name}_${ways}_${shots}`).episodes.accuracies,
    );
    const cells = [
      `${ways}-way ${shots}-shot`,
      ...[glyph, pixels, doodle, less(glyph, pixels), less(glyph, doodle)].map(shown),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function printDigits() {
  const draws = Number(values.draws);
  console.log(`\nMNIST, 5 rows of each digit, 2,000 others, ${draws} draws\n`);
  console.log('| head | glyph-conv | pixels | doodlenet |');
  console.log('| --- | --- | --- | --- |');
  for (const head of Object.keys(heads)) {
    const cells = Object.keys(models).map((name) =>
      shown(
        Array.from(
          { length: draws },
          (_, i) => report(`${name}_${head}_score[draw=${i + 1}]`).metrics.accuracy.value,
        ),
      ),
    );
    console.log(`| ${[head, ...cells].join(' | ')} |`);
  }
}

function less(a, b) {
  return a.map((value, i) => value - b[i]);
}

/** In percent, with half of the 95 % interval. */
function shown(numbers) {
  return `${(100 * average(numbers)).toFixed(2)} ± ${(100 * halfWidth(numbers)).toFixed(2)}`;
}
