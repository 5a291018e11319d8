// Runs one FSL program a data set on chosen published splits and prints the difference to another tool on the same rows, paired.
// Usage: npm run bench:peers -- [--sets sst5,sst2] [--splits 0,1,2] [--method "contrastive"] [--options "steps: 10"] [--unlabelled]
//        [--peer "SetFit + templates (10 iterations)"] [--shared FOLDER]
// `--method default` names none; `--unlabelled` gives the rows of that name too.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'sst5,sst2,cr,agnews,amazon_cf' },
    splits: { type: 'string', default: '0,1,2,3,4,5,6,7,8,9' },
    method: { type: 'string', default: 'contrastive' },
    options: { type: 'string', default: '' },
    unlabelled: { type: 'boolean', default: false },
    peer: { type: 'string', default: 'SetFit (20 iterations)' },
    shared: { type: 'string', default: process.env.FSL_SHARED ?? join(here, '../../../shared') },
  },
});
const shared = resolve(values.shared);
const command = join(here, '../../dist/fslrun.js');
const splits = values.splits.split(',');

const polarity = '"0": "negative", "1": "positive"';

/** Where the rows of each set are, and what the labels stand for. Text files have a label and a text a line. */
const sets = {
  sst5: {
    train: lines('sst/stsa.fine.train'),
    test: lines('sst/stsa.fine.test'),
    names: '"0": "terrible", "1": "bad", "2": "okay", "3": "good", "4": "great"',
  },
  sst2: { train: lines('sst/stsa.binary.train'), test: lines('sst/stsa.binary.test'), names: polarity },
  cr: { train: lines('cr_mr/custrev.all'), names: polarity },
  agnews: {
    names: '"1": "world", "2": "sports", "3": "business", "4": "science and technology"',
    train:
      'from: "SHARED/data/ag_news_test/test.csv"  header: ["class", "title", "description"]  text: "{title}. {description}"  label: "class"',
  },
  amazon_cf: {
    train: tsv('EN_train'),
    test: tsv('EN_test'),
    metric: 'mcc',
    names: '"0": "not counterfactual", "1": "counterfactual"',
  },
};

function lines(file) {
  return `from: "SHARED/data/${file}"  format: text  pattern: "{label} {text}"  text: "text"  label: "label"`;
}

function tsv(name) {
  return `from: "SHARED/data/amazon_counterfactual/data/${name}.tsv"  format: tsv  text: "sentence"  label: "is_counterfactual"`;
}

function program(name, set, splits) {
  const { train, test, names, metric = 'accuracy' } = set;
  const published = `"${shared}/data/peer_splits/${name}.json"`;
  const rows = test === undefined ? `test: rows(${published}, key: "test")` : '';
  const pool = values.unlabelled ? `unlabelled: rows(${JSON.stringify(unlabelledRows(name, set))})` : '';
  const method = values.method === 'default' ? '' : `method: ${values.method}`;
  const reading = `label_names: { ${names} }  on_error: skip`;
  return `fsl 1
load all { ${train.replace('SHARED', shared)}  ${reading} }
${test === undefined ? '' : `load others { ${test.replace('SHARED', shared)}  ${reading} }`}
each seed in [${splits.join(', ')}] {
  split parts { from: all  train: rows(${published}, key: "\${seed}")  ${rows}  ${pool} }
  fine-tune model {
    model: "${shared}/models/all-MiniLM-L6-v2"  from: parts.train  ${values.unlabelled ? 'unlabelled: parts.unlabelled' : ''}
    ${method}  ${values.options}  seed: seed
  }
  evaluate score {
    model: model  on: ${test === undefined ? 'parts.test' : 'others'}  metrics: [${metric}]  bootstrap: 0
    overlap: keep  allow: leakage("the published splits keep texts that recur")
  }
}
`;
}

/** Of published rows those that have a label and no text, where that is known: a list of rows must not name them. */
function bareRows({ train }, rows) {
  const file = /data\/((?:sst|cr_mr)\/[^"]+)/.exec(train)?.[1];
  if (file === undefined) return [];
  const lines = readFileSync(join(shared, 'data', file), 'latin1').split('\n');
  return rows.filter((row) => !/\S\s+\S/.test(lines[row] ?? ''));
}

function publishedRows(name) {
  return JSON.parse(readFileSync(join(shared, `data/peer_splits/${name}.json`), 'utf8'));
}

/** Splits all of whose rows have a text: what others were given of a row without one is not known. */
function wholeSplits(name, set) {
  const published = publishedRows(name);
  return splits.filter((seed) => {
    const bare = bareRows(set, published[seed]);
    if (bare.length > 0)
      console.error(`${name}: split ${seed} is left out, since its row ${bare.join(' and ')} has no text`);
    return bare.length === 0;
  });
}

function unlabelledRows(name, set) {
  const { unlabelled } = publishedRows(name);
  const bare = bareRows(set, unlabelled);
  return unlabelled.filter((row) => !bare.includes(row));
}

const peers = JSON.parse(readFileSync(join(shared, 'data/peer_splits/peers.json'), 'utf8')).results;
console.log(
  `| set | splits | fslrun ${values.method} ${values.options} | ${values.peer} | mean difference | 95 % interval |`,
);
console.log('| --- | --- | --- | --- | --- | --- |');
const byName = [];
for (const name of values.sets.split(',')) {
  const splits = wholeSplits(name, sets[name]);
  if (splits.length === 0) continue;
  const folder = mkdtempSync(join(tmpdir(), 'fsl-peers-'));
  try {
    const { metric = 'accuracy' } = sets[name];
    writeFileSync(join(folder, 'main.fsl'), program(name, sets[name], splits));
    writeFileSync(join(folder, 'package.json'), '{}');
    const run = (...args) =>
      execFileSync(process.execPath, [command, ...args], {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    run('main.fsl');
    const ours = splits.map((seed) => {
      const report = JSON.parse(run('show', 'main.fsl', `score[seed=${seed}]`, '--format', 'json'));
      return 100 * report.metrics[metric].value;
    });
    const theirs = splits.map((seed) => peers[name][values.peer]?.[seed] ?? NaN);
    const differences = ours.map((value, i) => value - theirs[i]);
    const half = halfWidth(differences);
    const mean = average(differences);
    byName.push(
      `${name}: ${splits.map((seed, i) => `${seed} ${ours[i].toFixed(1)} (${theirs[i].toFixed(1)})`).join(', ')}`,
    );
    console.log(
      `| ${name} | ${splits.join(' ')} | ${average(ours).toFixed(1)} | ${average(theirs).toFixed(1)} | ${signed(mean)} | ${signed(mean - half)} … ${signed(mean + half)} |`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

console.log(`\nBy split, ours (theirs):\n${byName.join('\n')}`);

function average(numbers) {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** Of the 95 % t interval of the mean. */
function halfWidth(numbers) {
  const quantiles = [NaN, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
  const mean = average(numbers);
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1);
  return (quantiles[numbers.length - 1] ?? 1.96) * Math.sqrt(variance / numbers.length);
}

function signed(value) {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}
