// What rows without labels are worth where one label is rarer among them, and among the rows that are asked for, than in training: the default recipe with and without a
// pool, on rows of SST-2's training file.
// Usage: npm run bench:pools -- [--shares 0.5,0.7,0.85] [--seeds 1,2,3,4,5,6] [--work FOLDER] [--shared FOLDER]. Needs `npm run build`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultShared, runProgram, sets } from '../peers/published.mjs';
import { average, halfWidth } from '../statistics.mjs';
import { shuffled } from '../shuffled.mjs';

const { values } = parseArgs({
  options: {
    shares: { type: 'string', default: '0.5,0.7,0.85' },
    seeds: { type: 'string', default: '1,2,3,4,5,6' },
    work: { type: 'string' },
    shared: { type: 'string', default: defaultShared },
  },
});
const shared = resolve(values.shared);
const [shares, seeds] = [values.shares.split(',').map(Number), values.seeds.split(',')];
const [perLabel, poolRows, testRows] = [8, 1500, 1000];

const lines = readFileSync(join(shared, 'data/sst/stsa.binary.train'), 'latin1').split('\n');
const rows = lines.map((line) => /^(\S+) (.*\S)/.exec(line)).filter((match) => match !== null);
const texts = [...new Map(rows.map(([, label, text]) => [text, label]))];

const slug = (share) => `s${String(share).replace('.', '_')}`;
const write = (folder, name, part) =>
  writeFileSync(
    join(folder, `${name}.jsonl`),
    part.map(([text, label]) => JSON.stringify({ text, label })).join('\n') + '\n',
  );

/** Of both labels the first rows for training; then of each share the same number of rows, one label so often. */
function writeRows(folder, seed) {
  const order = shuffled(texts, seed);
  const of = (label) => order.filter((one) => one[1] === label);
  const [negative, positive] = [of('0'), of('1')];
  write(folder, `train-${seed}`, [...negative.slice(0, perLabel), ...positive.slice(0, perLabel)]);
  for (const share of shares) {
    const taken = (list, first, count) => list.slice(perLabel + first, perLabel + first + count);
    const mixed = (count, before) => {
      const [a, a0] = [Math.round(share * count), Math.round(share * before)];
      return [...taken(negative, a0, a), ...taken(positive, before - a0, count - a)];
    };
    write(folder, `pool-${slug(share)}-${seed}`, mixed(poolRows, 0));
    write(folder, `test-${slug(share)}-${seed}`, mixed(testRows, poolRows));
  }
}

function program() {
  const columns = `text: "text"  label: "label"  label_names: { ${sets.sst2.names} }`;
  const tuned = `model: "${shared}/models/all-MiniLM-L6-v2"  from: train  seed: seed`;
  const measured = 'metrics: [accuracy, macro_f1]  bootstrap: 0';
  const ofShare = (share) => `
  load pool_${slug(share)} { from: "pool-${slug(share)}-\${seed}.jsonl"  ${columns} }
  load test_${slug(share)} { from: "test-${slug(share)}-\${seed}.jsonl"  ${columns} }
  fine-tune with_${slug(share)} { ${tuned}  unlabelled: pool_${slug(share)} }
  evaluate without_score_${slug(share)} { model: without  on: test_${slug(share)}  ${measured} }
  evaluate with_score_${slug(share)} { model: with_${slug(share)}  on: test_${slug(share)}  ${measured} }`;
  return `fsl 1
each seed in [${seeds.join(', ')}] {
  load train { from: "train-\${seed}.jsonl"  ${columns} }
  fine-tune without { ${tuned} }${shares.map(ofShare).join('')}
}
`;
}

const folder = values.work === undefined ? mkdtempSync(join(tmpdir(), 'fsl-pools-')) : resolve(values.work);
mkdirSync(folder, { recursive: true });
try {
  for (const seed of seeds) writeRows(folder, seed);
  const read = runProgram(folder, program(), seeds);
  const gained = (share, metric) => {
    const [a, b] = ['without', 'with'].map((how) => read(`${how}_score_${slug(share)}`, metric));
    const differences = b.map((value, i) => value - a[i]);
    const [mean, half] = [average(differences), halfWidth(differences)];
    return [average(a).toFixed(1), average(b).toFixed(1), `${mean.toFixed(1)} ± ${half.toFixed(1)}`];
  };
  console.log(
    '| share of negative rows | accuracy | with the pool | gain | macro F1 | with the pool | gain |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const share of shares) {
    const cells = [`${100 * share} %`, ...gained(share, 'accuracy'), ...gained(share, 'macro_f1')];
    console.log(`| ${cells.join(' | ')} |`);
  }
} finally {
  if (values.work === undefined) rmSync(folder, { recursive: true, force: true });
}
