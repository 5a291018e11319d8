// Small encoders against a large one: bytes, speed on the same engine, and on the published splits, 8 rows a label, the accuracy of logistic
// regression on their vectors or of another method, and the processor time of it. Linux alone, for that time.
// Usage: npm run bench:frontier -- [--models name=FOLDER,…] [--method contrastive] [--sets …] [--splits …] [--shared FOLDER]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled } from '../bundled.mjs';
import { defaultShared, keptRows, publishedSet, runProgram } from '../peers/published.mjs';
import { average, halfWidth, median } from '../statistics.mjs';
import { waitedFor } from '../time/measured.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const hint3 = ['curekart', 'powerplay11', 'sofmattress'].map((name) => `hint3_${name}`);
const { values } = parseArgs({
  options: {
    models: { type: 'string', default: `fsl-mini=${join(root, 'models/fsl-mini')}` },
    sets: { type: 'string', default: ['agnews', 'banking77', 'sst2', 'cr', ...hint3].join(',') },
    splits: { type: 'string', default: '0,1,2,3,4,5,6,7,8,9' },
    method: { type: 'string', default: 'head(kind: logistic, c: 1)' },
    rows: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    shared: { type: 'string', default: defaultShared },
  },
});
const shared = resolve(values.shared);
const splits = values.splits.split(',');
const large = 'all-MiniLM-L6-v2';
const models = {
  [large]: join(shared, 'models', large),
  ...Object.fromEntries(
    values.models.split(',').map((given) => {
      const at = given.indexOf('=');
      return [given.slice(0, at), resolve(given.slice(at + 1))];
    }),
  ),
};

const seconds = await encodeSeconds();
const spent = {};
const accuracies = Object.fromEntries(
  Object.entries(models).map(([name, folder]) => {
    const before = waitedFor();
    const its = accuracyOf(folder);
    spent[name] = waitedFor() - before;
    return [name, its];
  }),
);
printSizes();
printAccuracies();
printDifferences();

/** Of each model the median of the rounds, in which the models take turns, each in a process of its own. */
async function encodeSeconds() {
  const work = mkdtempSync(join(tmpdir(), 'bench-frontier-'));
  try {
    const ours = await bundled('encode/ours.ts');
    const lines = readFileSync(join(shared, 'data/sst/stsa.binary.train'), 'utf8').split('\n');
    const texts = lines.slice(0, Number(values.rows)).map((line) => line.slice(2).trim());
    const [input, vectors] = [join(work, 'texts.json'), join(work, 'vectors.f32')];
    writeFileSync(input, JSON.stringify(texts));
    const all = Object.fromEntries(Object.keys(models).map((name) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round++)
      for (const [name, folder] of Object.entries(models)) {
        const printed = execFileSync(process.execPath, [ours, folder, input, vectors, values.threads], {
          encoding: 'utf8',
        });
        all[name].push(JSON.parse(printed).seconds.second);
      }
    return Object.fromEntries(Object.entries(all).map(([name, times]) => [name, median(times)]));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Of each set the accuracies over splits. */
function accuracyOf(model) {
  const sets = values.sets.split(',').map((name) => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-frontier-'));
    try {
      const { loads, rows, on } = publishedSet(name, shared, 'on_error: skip');
      const program = `fsl 1
${loads}
each seed in [${splitsOf(name).join(', ')}] {
  split parts { from: all  ${rows}  seed: seed }
  fine-tune probe { model: "${model}"  from: parts.train  method: ${values.method}  seed: seed }
  evaluate score { model: probe  on: ${on}  metrics: [accuracy]  ${keptRows} }
}
`;
      return [name, runProgram(folder, program, splitsOf(name))('score', 'accuracy')];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return Object.fromEntries(sets);
}

/** The second split of CR has a row without a text. */
function splitsOf(set) {
  return splits.filter((split) => set !== 'cr' || split !== '1');
}

function printSizes() {
  console.log(
    `${values.rows} sentences of SST-2, ${values.threads} threads, load ${loadavg()[0].toFixed(1)}\n`,
  );
  console.log('| model | folder, MB | encode, s | times as fast | mean accuracy | of the large one |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const [name, folder] of Object.entries(models)) {
    const mean = meanOver(name);
    console.log(
      `| ${name} | ${(bytesIn(folder) / 1e6).toFixed(1)} | ${seconds[name].toFixed(2)} | ${(seconds[large] / seconds[name]).toFixed(1)} | ${mean.toFixed(1)} | ${((100 * mean) / meanOver(large)).toFixed(1)} % |`,
    );
  }
}

function printAccuracies() {
  const groups = Object.keys(grouped(large));
  console.log(
    `\nAccuracy, mean over ${splits.length} splits ± half the 95 % interval; below it the share of the large model's\n`,
  );
  console.log(`| model | ${groups.join(' | ')} |`);
  console.log(`| --- | ${groups.map(() => '---:').join(' | ')} |`);
  for (const name of Object.keys(models)) {
    const cells = groups.map((group) => {
      const its = grouped(name)[group];
      return `${average(its).toFixed(1)} ± ${halfWidth(its).toFixed(1)}`;
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
    if (name === large) continue;
    const shares = groups.map(
      (group) => `${((100 * average(grouped(name)[group])) / average(grouped(large)[group])).toFixed(1)} %`,
    );
    console.log(`| | ${shares.join(' | ')} |`);
  }
}

/** Of the mean over the sets, in splits that all of them have. */
function printDifferences() {
  const common = splits
    .map((_, i) => i)
    .filter((i) => splitsOf('cr').includes(splits[i]) || !values.sets.includes('cr'));
  const meanOf = (name, i) =>
    average(Object.entries(grouped(name)).map(([group, its]) => its[splitsOf(group).indexOf(splits[i])]));
  console.log(`\nBy \`${values.method}\`, on the mean of the sets in ${common.length} splits\n`);
  console.log('| model | difference | 95 % interval | processor time, s | share |');
  console.log('| --- | ---: | --- | ---: | ---: |');
  for (const name of Object.keys(models)) {
    const differences = common.map((i) => meanOf(name, i) - meanOf(large, i));
    const [mean, half] = [average(differences), halfWidth(differences)];
    const told =
      name === large
        ? ' | '
        : `${mean.toFixed(2)} | ${(mean - half).toFixed(2)} … ${(mean + half).toFixed(2)}`;
    console.log(
      `| ${name} | ${told} | ${spent[name].toFixed(0)} | ${(spent[name] / spent[large]).toFixed(2)} |`,
    );
  }
}

/** The three sets of hint3 count as one. */
function grouped(name) {
  const groups = {};
  for (const [set, its] of Object.entries(accuracies[name])) (groups[set.split('_')[0]] ??= []).push(its);
  return Object.fromEntries(
    Object.entries(groups).map(([group, sets]) => [
      group,
      splitsOf(group).map((_, i) => average(sets.map((its) => its[i]))),
    ]),
  );
}

function meanOver(name) {
  return average(Object.values(grouped(name)).map(average));
}

/** What FSL reads of the folder: its weights and its words. */
function bytesIn(folder) {
  return readdirSync(folder)
    .filter((name) => /^(config|tokenizer)\.json$|\.safetensors$/.test(name))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
