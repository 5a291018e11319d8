// From nothing to a report, FSL beside SetFit: the same published rows, one process tree after the other, with the wall time, the processor
// time, the peak memory and the accuracy of each. Usage: npm run bench:time -- [--set sst5] [--splits 0] [--methods contrastive,default]
// [--python PYTHON] [--shared FOLDER] [--equal-time]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { defaultShared, keptRows, places, publishedSet, sets } from '../peers/published.mjs';
import { average, halfWidth } from '../statistics.mjs';
import { measured } from './measured.mjs';

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'sst5' },
    splits: { type: 'string', default: '0' },
    methods: { type: 'string', default: 'contrastive,default' },
    python: { type: 'string', default: process.env.FSL_PYTHON ?? 'python3' },
    threads: { type: 'string', default: '2' },
    shared: { type: 'string', default: defaultShared },
    // SetFit trains as long as the first method took, all in all.
    'equal-time': { type: 'boolean', default: false },
  },
});
const shared = resolve(values.shared);
const splits = values.splits.split(',');
const model = join(shared, 'models/all-MiniLM-L6-v2');
const command = process.env.FSL_COMMAND ?? join(here, '../../dist/fslrun.js');

function program(method, split) {
  const { names, metric = 'accuracy' } = sets[values.set];
  const { loads, rows, on } = publishedSet(
    values.set,
    shared,
    `${names === undefined ? '' : `label_names: { ${names} }`}  on_error: skip`,
  );
  return `fsl 1
${loads}
split parts { from: all  ${rows.replace('${seed}', split)} }
fine-tune model { model: "${model}"  from: parts.train  ${method === 'default' ? '' : `method: ${method}`}  seed: ${split} }
evaluate score { model: model  on: ${on}  metrics: [${metric}]  ${keptRows.replace('bootstrap: 0', '')} }
`;
}

/** One run of `fslrun` in a folder of its own, where nothing is cached. */
async function ours(method, split) {
  const folder = mkdtempSync(join(tmpdir(), 'fsl-time-'));
  try {
    writeFileSync(join(folder, 'main.fsl'), program(method, split));
    writeFileSync(join(folder, 'package.json'), '{}');
    const run = await measured(() =>
      spawn(process.execPath, [command, 'main.fsl'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }),
    );
    const shown = spawnSync(process.execPath, [command, 'show', 'main.fsl', 'score', '--format', 'json'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return { ...run, accuracy: 100 * JSON.parse(shown.stdout).metrics.accuracy.value };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of a file of `label text` lines, or of a CSV with a header: texts and labels, by their numbers. */
function rowsOf(place) {
  const text = readFileSync(/from: "SHARED([^"]+)"/.exec(place)[1].replace(/^/, shared), 'utf8');
  if (/pattern: "\{label\} \{text\}"/.test(place)) {
    return text
      .trim()
      .split('\n')
      .map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]);
  }
  const column = (name) => new RegExp(`${name}: "([^"]+)"`).exec(place)[1];
  return parse(text, { columns: true }).map((row) => [row[column('text')], row[column('label')]]);
}

/** `seconds`: for training, where it is not to take what it takes. */
async function theirs(split, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'fsl-time-'));
  try {
    const [train, test] = [places[values.set].train, places[values.set].test].map(rowsOf);
    const published = JSON.parse(readFileSync(join(shared, `data/peer_splits/${values.set}.json`), 'utf8'));
    const labels = [...new Set(train.map(([, label]) => label))].sort();
    const numbered = (all) => all.map(([text, label]) => [text, labels.indexOf(label)]);
    const rows = {
      seed: Number(split),
      train: numbered(published[split].map((row) => train[row])),
      test: numbered(test),
    };
    writeFileSync(join(folder, 'rows.json'), JSON.stringify(rows));
    const args = [join(here, 'theirs.py'), model, join(folder, 'rows.json'), values.threads];
    if (seconds !== undefined) args.push(String(seconds));
    const env = { ...process.env, HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'false' };
    const run = await measured(() =>
      spawn(values.python, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    return { ...run, ...JSON.parse(run.output.trim().split('\n').at(-1)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const readable = ['sst5', 'sst2', 'banking77'];
if (!readable.includes(values.set))
  throw new Error(`--set ${values.set}: ${readable.join(', ')} are read here`);
const sides = [];
for (const method of values.methods.split(',')) {
  const runs = [];
  for (const split of splits) runs.push(await ours(method, split));
  sides.push({ name: `fslrun, ${method === 'default' ? 'no `method`' : `\`${method}\``}`, runs });
}
const found = spawnSync(values.python, ['-c', 'import setfit; print(setfit.__version__)'], {
  encoding: 'utf8',
});
if (found.status === 0) {
  const runs = [];
  for (const [i, split] of splits.entries())
    runs.push(await theirs(split, values['equal-time'] ? sides[0].runs[i].wall : undefined));
  sides.push({ name: `SetFit ${found.stdout.trim()}`, runs });
}

const peer = found.status === 0 ? sides.at(-1) : undefined;
const mean = (side, key) => average(side.runs.map((run) => run[key]));
const ratio = (side, key) =>
  peer === undefined ? '' : ` (${(mean(side, key) / mean(peer, key)).toFixed(2)})`;
console.log(
  `${values.set}, splits ${splits.join(' ')}, ${values.threads} threads; in brackets the share of SetFit's\n`,
);
console.log('| | wall, s | processor, s | peak memory, MB | accuracy | other processes, cores |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const side of sides) {
  const figures = ['wall', 'processor', 'memory'].map(
    (key) => `${mean(side, key).toFixed(key === 'memory' ? 0 : 1)}${ratio(side, key)}`,
  );
  console.log(
    `| ${side.name} | ${figures.join(' | ')} | ${mean(side, 'accuracy').toFixed(1)} | ${mean(side, 'others').toFixed(1)} |`,
  );
}
if (peer === undefined)
  console.log(
    `| SetFit | not found: give a Python that has it with \`--python\` or \`FSL_PYTHON\` | | | | |`,
  );
else {
  const parts = Object.keys(peer.runs[0].parts).map(
    (name) => `${name} ${average(peer.runs.map((run) => run.parts[name])).toFixed(1)}`,
  );
  console.log(`\nSetFit's wall time, s: ${parts.join(', ')}`);
  if (values['equal-time'])
    console.log(
      `SetFit trained for as long as ${sides[0].name} took: ${peer.runs.map(({ steps }) => steps).join(', ')} steps of 16 pairs`,
    );
  for (const side of sides.slice(0, -1)) {
    const differences = side.runs.map(({ accuracy }, i) => accuracy - peer.runs[i].accuracy);
    const [middle, half] = [average(differences), halfWidth(differences)];
    if (differences.length > 1)
      console.log(
        `${side.name} - SetFit: ${middle.toFixed(2)} (${(middle - half).toFixed(2)} … ${(middle + half).toFixed(2)}), splits paired`,
      );
  }
}
