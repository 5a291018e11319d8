// Encodes the same sentences with FSL and with sentence-transformers, in processes that take turns, and prints medians and
// ratios. Needs a Python with sentence-transformers; see README.md for the arguments.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled } from '../bundled.mjs';
import { median } from '../statistics.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: resolve(root, '../shared/models/all-MiniLM-L6-v2') },
    data: { type: 'string', default: resolve(root, '../shared/data/sst/stsa.binary.train') },
    python: { type: 'string', default: process.env.FSL_PYTHON ?? 'python3' },
    rows: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
});
for (const path of [values.model, values.data]) {
  if (!existsSync(path)) throw new Error(`${path} is not there: give --model and --data`);
}

const work = mkdtempSync(join(tmpdir(), 'bench-encode-'));
try {
  const ours = await bundled('encode/ours.ts');
  const texts = join(work, 'texts.json');
  writeFileSync(texts, JSON.stringify(readSentences(values.data, Number(values.rows))));

  const sides = {
    fsl: (out) => run(process.execPath, [ours, values.model, texts, out, values.threads]),
    'sentence-transformers': (out) =>
      run(values.python, [join(here, 'theirs.py'), values.model, texts, out, values.threads]),
  };
  const results = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, side] of Object.entries(sides)) {
      results[name].push(side(join(work, `${name}.f32`)));
      console.error(`round ${round + 1} ${name}: ${JSON.stringify(results[name].at(-1))}`);
    }
  }
  print(results, largestDifference(join(work, 'fsl.f32'), join(work, 'sentence-transformers.f32')));
} finally {
  rmSync(work, { recursive: true });
}

/** Lines are `<label> <sentence>`. */
function readSentences(path, rows) {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, rows);
  return lines.map((line) => line.slice(line.indexOf(' ') + 1).trim());
}

function run(command, args) {
  const env = {
    ...process.env,
    OMP_NUM_THREADS: values.threads,
    MKL_NUM_THREADS: values.threads,
    HF_HUB_OFFLINE: '1',
  };
  const output = execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(output.trim().split('\n').at(-1));
}

function largestDifference(a, b) {
  const [left, right] = [a, b].map((path) => new Float32Array(new Uint8Array(readFileSync(path)).buffer));
  if (left.length !== right.length) throw new Error('the two sides gave different numbers of vectors');
  return left.reduce((worst, value, i) => Math.max(worst, Math.abs(value - right[i])), 0);
}

function print(results, difference) {
  const { fsl: ours, 'sentence-transformers': theirs } = results;
  const row = (title, pick, digits) => {
    const [a, b] = [median(ours.map(pick)), median(theirs.map(pick))];
    return `| ${title} | ${a.toFixed(digits)} | ${b.toFixed(digits)} | ${(a / b).toFixed(2)} |`;
  };
  console.log(
    `${values.rows} sentences, ${values.threads} threads, ${values.rounds} rounds, load ${loadavg()[0].toFixed(1)}`,
  );
  console.log('| median of the rounds | FSL | sentence-transformers | ratio |');
  console.log('| --- | --- | --- | --- |');
  console.log(row('encode, first call, s', ({ seconds }) => seconds.first, 2));
  console.log(row('encode, second call, s', ({ seconds }) => seconds.second, 2));
  console.log(row('processor time of the first call, s', ({ processor }) => processor, 2));
  console.log(row('load the model, s', ({ seconds }) => seconds.load, 2));
  console.log(row('peak memory, MB', ({ memory }) => memory, 0));
  console.log(`largest difference between the vectors: ${difference.toExponential(1)}`);
}
