// What asking a small masked language model for words is worth: `cloze` beside the same words as texts (`label_template`) and logistic regression
// without any, without a labelled row and with 8 a label, on the published splits.
// Usage: npm run bench:cloze -- [--model FOLDER] [--sets sst2,agnews] [--splits 0,1,…] [--shared FOLDER]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultShared, keptRows, publishedSet, runProgram, sets } from '../peers/published.mjs';
import { average, halfWidth } from '../statistics.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: join(import.meta.dirname, '../../models/fsl-mini') },
    sets: { type: 'string', default: 'sst2,agnews' },
    splits: { type: 'string', default: '0,1,2,3,4,5,6,7,8,9' },
    shared: { type: 'string', default: defaultShared },
  },
});
const splits = values.splits.split(',');
const model = `model: "${resolve(values.model)}"`;

/** Chosen before anything was measured: the first pattern of PET (Schick and Schütze 2021), and the same words as texts. */
const asked = {
  sst2: {
    template: '{text} It was {mask}.',
    label_template: 'It was {label}.',
    words: 'negative: ["terrible", "bad"]  positive: ["great", "good"]',
  },
  agnews: {
    template: '{mask} news: {text}',
    label_template: '{label} news',
    words:
      'world: ["world", "politics"]  sports: ["sports", "game"]  business: ["business", "market"]  "science and technology": ["science", "technology"]',
  },
};

const ways = {
  cloze: 'method: cloze',
  calibrated: 'method: cloze',
  texts: 'method: head(kind: logistic)',
  frozen: 'method: head(kind: logistic)',
};

console.log('| rows a label | set | `cloze` | calibrated | label template | rows alone |');
console.log('| ---: | --- | ---: | ---: | ---: | ---: |');
for (const name of values.sets.split(','))
  for (const rows of [0, 8]) {
    const cells = Object.values(measured(name, rows)).map((its) =>
      its === undefined
        ? ''
        : average(its).toFixed(1) + (its.length > 1 ? ` ± ${halfWidth(its).toFixed(1)}` : ''),
    );
    console.log(`| ${rows} | ${name} | ${cells.join(' | ')} |`);
  }

/** Accuracies over splits; of no rows one. */
function measured(name, rows) {
  const known = Object.keys(ways).filter((way) => rows > 0 || way !== 'frozen');
  const its = rows > 0 ? splits : splits.slice(0, 1);
  const folder = mkdtempSync(join(tmpdir(), 'bench-cloze-'));
  try {
    const read = runProgram(folder, program(name, rows, known, its), its);
    return Object.fromEntries(
      Object.keys(ways).map((way) => [
        way,
        known.includes(way) ? read(`${way}_score`, 'accuracy') : undefined,
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function program(name, count, known, seeds) {
  const { template, label_template, words } = asked[name];
  const { loads, rows, on } = publishedSet(
    name,
    resolve(values.shared),
    `label_names: { ${sets[name].names} }  on_error: skip`,
  );
  const from = count === 0 ? 'bare.unlabelled' : 'parts.train';
  const prompted = {
    cloze: `template: "${template}"`,
    calibrated: `template: "${template}"  calibrate: true`,
    texts: `template: "{text}"  label_template: "${label_template}"`,
  };
  const stages = known.flatMap((way) => [
    ...(prompted[way] === undefined
      ? []
      : [`prompt ${way}_rows { from: ${from}  ${prompted[way]}  verbalizer: { ${words} } }`]),
    `fine-tune ${way} { ${model}  from: ${prompted[way] === undefined ? from : `${way}_rows`}  ${ways[way]}  seed: seed }`,
    `evaluate ${way}_score { model: ${way}  on: ${on}  metrics: [accuracy]  ${keptRows} }`,
  ]);
  return `fsl 1
${loads}
each seed in [${seeds.join(', ')}] {
  split parts { from: all  ${rows}  seed: seed }
  ${count === 0 ? 'split bare { from: parts.train  unlabelled: 1 }' : ''}
  ${stages.join('\n  ')}
}
`;
}
