// The published splits and what benches on them have in common: where the rows of the data sets are, and how a program is run and its
// figures are read. `SHARED` in a place stands for the folder with the data.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const here = import.meta.dirname;
export const defaultShared = process.env.FSL_SHARED ?? join(here, '../../../shared');
const command = process.env.FSL_COMMAND ?? join(here, '../../dist/fslrun.js');

/** Options of `load`. Sets without `test` are split in their one file. Lines have a label and a text. */
export const places = {
  sst5: { train: lines('sst/stsa.fine.train'), test: lines('sst/stsa.fine.test') },
  sst2: { train: lines('sst/stsa.binary.train'), test: lines('sst/stsa.binary.test') },
  cr: { train: lines('cr_mr/custrev.all') },
  agnews: {
    train:
      'from: "SHARED/data/ag_news_test/test.csv"  header: ["class", "title", "description"]  text: "{title}. {description}"  label: "class"',
  },
  amazon_cf: { train: tsv('EN_train'), test: tsv('EN_test') },
  banking77: { train: csv('train'), test: csv('test') },
  hint3_curekart: hint3('curekart'),
  hint3_powerplay11: hint3('powerplay11'),
  hint3_sofmattress: hint3('sofmattress'),
};

const polarity = '"0": "negative", "1": "positive"';

/** What is measured on each set (accuracy unless said), and what its labels stand for where they are numbers. */
export const sets = {
  sst5: { names: '"0": "terrible", "1": "bad", "2": "okay", "3": "good", "4": "great"' },
  sst2: { names: polarity },
  cr: { names: polarity },
  agnews: { names: '"1": "world", "2": "sports", "3": "business", "4": "science and technology"' },
  amazon_cf: { metric: 'mcc', names: '"0": "not counterfactual", "1": "counterfactual"' },
  banking77: {},
  hint3_curekart: {},
  hint3_powerplay11: {},
  hint3_sofmattress: {},
};

function lines(file) {
  return `from: "SHARED/data/${file}"  format: text  pattern: "{label} {text}"  text: "text"  label: "label"`;
}

function tsv(name) {
  return `from: "SHARED/data/amazon_counterfactual/data/${name}.tsv"  format: tsv  text: "sentence"  label: "is_counterfactual"`;
}

/** Of the questions to be answered those that belong to an intent. */
function hint3(name) {
  const file = (part) =>
    `from: "SHARED/data/hint3_faq_intents/dataset/v2/${part}/${name}_${part}.csv"  text: "sentence"  label: "label"`;
  return { train: file('train'), test: `${file('test')}  where: label != "NO_NODES_DETECTED"` };
}

function csv(name) {
  return `from: "SHARED/data/banking77/${name}.csv"  text: "text"  label: "category"`;
}

/** Of a set: the stages that load it, the `train` and `test` of its `split`, and the name of the rows to measure on. */
export function publishedSet(name, shared, reading) {
  const { train, test } = places[name];
  const published = `"${shared}/data/peer_splits/${name}.json"`;
  const load = (stage, from) => `load ${stage} { ${from.replace('SHARED', resolve(shared))}  ${reading} }`;
  return {
    loads: test === undefined ? load('all', train) : `${load('all', train)}\n${load('others', test)}`,
    rows: `train: rows(${published}, key: "\${seed}")${test === undefined ? `  test: rows(${published}, key: "test")` : ''}`,
    on: test === undefined ? 'parts.test' : 'others',
  };
}

/** Options of `evaluate`. */
export const keptRows =
  'bootstrap: 0  overlap: keep  allow: leakage("the published splits keep texts that recur")';

/** Runs `program` in a folder, and gives what reads a metric of its reports: of `stage`, for each split. */
export function runProgram(folder, program, splits) {
  writeFileSync(join(folder, 'main.fsl'), program);
  writeFileSync(join(folder, 'package.json'), '{}');
  const run = (...args) =>
    execFileSync(process.execPath, [command, ...args], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  run('main.fsl');
  return (stage, metric) =>
    splits.map((seed) => {
      const report = run('show', 'main.fsl', `${stage}[seed=${seed}]`, '--format', 'json');
      return 100 * JSON.parse(report).metrics[metric].value;
    });
}
