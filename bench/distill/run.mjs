// What a student of three layers keeps of the accuracy of its teacher: MiniLM trained on 8 rows a label (published splits), distilled on
// 1,000 rows without labels. Usage: npm run bench:distill -- [--sets sst2,agnews] [--splits 0,1] [--student "encoder(layers: 3)"]
// [--options "epochs: 10"] [--work FOLDER] [--shared FOLDER]. With --work, what is finished is kept, and a run goes on there.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'agnews,banking77,sst2' },
    splits: { type: 'string', default: '0,1,2' },
    student: { type: 'string', default: 'encoder(layers: 3)' },
    options: { type: 'string', default: '' },
    work: { type: 'string' },
    shared: { type: 'string', default: process.env.FSL_SHARED ?? join(here, '../../../shared') },
  },
});
const shared = resolve(values.shared);
const command = process.env.FSL_COMMAND ?? join(here, '../../dist/fslrun.js');
const splits = values.splits.split(',');

const sets = {
  agnews: {
    train:
      'from: "SHARED/data/ag_news_test/test.csv"  header: ["class", "title", "description"]  text: "{title}. {description}"  label: "class"',
  },
  banking77: { train: csv('train'), test: csv('test') },
  sst2: { train: lines('train'), test: lines('test') },
};

function csv(name) {
  return `from: "SHARED/data/banking77/${name}.csv"  text: "text"  label: "category"`;
}

function lines(name) {
  return `from: "SHARED/data/sst/stsa.binary.${name}"  format: text  pattern: "{label} {text}"  text: "text"  label: "label"`;
}

function program(name, { train, test }) {
  const published = `"${shared}/data/peer_splits/${name}.json"`;
  const rows = test === undefined ? `test: rows(${published}, key: "test")` : '';
  const on = `on: ${test === undefined ? 'parts.test' : 'others'}  metrics: [accuracy]  bootstrap: 0  overlap: keep  allow: leakage("the published splits keep texts that recur")`;
  return `fsl 1
load all { ${train.replace('SHARED', shared)}  on_error: skip }
${test === undefined ? '' : `load others { ${test.replace('SHARED', shared)}  on_error: skip }`}
each seed in [${splits.join(', ')}] {
  split parts { from: all  train: rows(${published}, key: "\${seed}")  ${rows}  unlabelled: 1000  seed: seed }
  fine-tune large { model: "${shared}/models/all-MiniLM-L6-v2"  from: parts.train  method: contrastive  seed: seed }
  distill small { teacher: large  student: ${values.student}  from: parts.unlabelled  seed: seed  ${values.options} }
  evaluate large_score { model: large  ${on} }
  evaluate small_score { model: small  ${on} }
}
`;
}

console.log('| set | splits | teacher | student | kept of the accuracy | 95 % interval over splits |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const name of values.sets.split(',')) {
  const folder =
    values.work === undefined
      ? mkdtempSync(join(tmpdir(), 'fsl-distill-'))
      : join(resolve(values.work), name);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, 'main.fsl'), program(name, sets[name]));
    writeFileSync(join(folder, 'package.json'), '{}');
    const run = (...args) =>
      execFileSync(process.execPath, [command, ...args], {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    run('main.fsl');
    const of = (stage) =>
      splits.map((seed) => {
        const text = run('show', 'main.fsl', `${stage}[seed=${seed}]`, '--format', 'json');
        return 100 * JSON.parse(text).metrics.accuracy.value;
      });
    const [large, small] = [of('large_score'), of('small_score')];
    const kept = small.map((value, i) => (100 * value) / large[i]);
    const [mean, half] = [average(kept), halfWidth(kept)];
    const interval = Number.isNaN(half) ? '' : `${(mean - half).toFixed(1)} … ${(mean + half).toFixed(1)} %`;
    console.log(
      `| ${name} | ${splits.join(' ')} | ${average(large).toFixed(1)} | ${average(small).toFixed(1)} | ${mean.toFixed(1)} % | ${interval} |`,
    );
  } finally {
    if (values.work === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

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
