// Settings of `fine-tune` against each other on rows of training parts alone, so that what is chosen with them can be confirmed on published test rows. Prints the mean
// of each and the mean difference to the first, paired over sets and draws, with its 95 % t interval.
// Usage: npm run bench:variants -- [--variants "method: contrastive(loss: cosine); method: contrastive"] [--model FOLDER]
//        [--sets sst5,sst2,amazon_cf,banking77] [--draws 1,2,3] [--shots 8] [--rows 250] [--shared FOLDER]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultShared, places, runProgram } from '../peers/published.mjs';
import { average, halfWidth } from '../statistics.mjs';

const { values } = parseArgs({
  options: {
    variants: {
      type: 'string',
      default:
        'method: contrastive(iterations: 20, loss: cosine, c: 1) learning_rate: 3e-5; method: contrastive(loss: cosine); method: contrastive(c: 1); method: contrastive',
    },
    model: { type: 'string' },
    sets: { type: 'string', default: 'sst5,sst2,amazon_cf,banking77' },
    draws: { type: 'string', default: '1,2,3' },
    rows: { type: 'string', default: '250' },
    shots: { type: 'string', default: '8' },
    shared: { type: 'string', default: defaultShared },
  },
});
const shared = resolve(values.shared);
const model = values.model ?? join(shared, 'models/all-MiniLM-L6-v2');
const variants = values.variants.split(';').map((options) => options.trim());
const draws = values.draws.split(',');

/** Of sets whose test rows are in a file of their own. */
const trainingParts = Object.fromEntries(
  Object.entries(places)
    .filter(([, { test }]) => test !== undefined)
    .map(([name, { train }]) => [name, train]),
);

console.log(
  `${model.split('/').at(-1)}, ${values.shots} rows a label, measured on ${values.rows}, draws ${draws.join(' ')}\n`,
);
console.log(`| set | ${variants.map((options) => `\`${options}\``).join(' | ')} |`);
console.log(`| --- |${' ---: |'.repeat(variants.length)}`);
const all = [];
for (const name of values.sets.split(',')) {
  const figures = figuresOn(name);
  all.push(...figures);
  console.log(
    `| ${name} | ${variants.map((_, i) => average(figures.map((row) => row[i])).toFixed(1)).join(' | ')} |`,
  );
}
const differences = variants.map((_, i) => all.map((row) => row[i] - row[0]));
console.log(
  `| difference to the first | ${differences.map((each, i) => (i === 0 ? '' : `${signed(average(each))} (${signed(average(each) - halfWidth(each))} … ${signed(average(each) + halfWidth(each))})`)).join(' | ')} |`,
);

/** Of each draw what each variant comes to. */
function figuresOn(name) {
  const place = trainingParts[name];
  if (place === undefined)
    throw new Error(`--sets ${name}: the sets are ${Object.keys(trainingParts).join(', ')}`);
  const metric = name === 'amazon_cf' ? 'mcc' : 'accuracy';
  const trainings = variants.map(
    (options, i) => `
  fine-tune model${i} { model: ${JSON.stringify(model)}  from: parts.train  ${options}  seed: seed }
  evaluate score${i} { model: model${i}  on: parts.test  metrics: [${metric}]  bootstrap: 0 }`,
  );
  const program = `fsl 1
load all { ${place.replace('SHARED', shared)}  on_error: skip }
each seed in [${draws.join(', ')}] {
  split parts { from: all  train: ${values.shots} per label  test: ${values.rows}  seed: seed }${trainings.join('')}
}
`;
  const folder = mkdtempSync(join(tmpdir(), 'fsl-variants-'));
  try {
    const read = runProgram(folder, program, draws);
    const columns = variants.map((_, i) => read(`score${i}`, metric));
    return draws.map((_, row) => columns.map((column) => column[row]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function signed(value) {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;
}
