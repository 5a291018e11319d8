// Runs one FSL program a data set on chosen published splits and prints the difference to another tool on the same rows, paired.
// Usage: npm run bench:peers -- [--sets sst5,sst2] [--splits 0,1,2] [--method "contrastive"] [--options "steps: 10"] [--unlabelled]
//        [--peer "SetFit + templates (10 iterations)"] [--shared FOLDER]
// `--method default` names none; `--unlabelled` gives the rows of that name too.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  average,
  defaultShared,
  halfWidth,
  keptRows,
  places,
  publishedSet,
  runProgram,
  sets,
} from './published.mjs';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'sst5,sst2,cr,agnews,amazon_cf' },
    splits: { type: 'string', default: '0,1,2,3,4,5,6,7,8,9' },
    method: { type: 'string', default: 'contrastive' },
    options: { type: 'string', default: '' },
    unlabelled: { type: 'boolean', default: false },
    peer: { type: 'string', default: 'SetFit (20 iterations)' },
    shared: { type: 'string', default: defaultShared },
  },
});
const shared = resolve(values.shared);
const splits = values.splits.split(',');

function program(name, splits) {
  const { names, metric = 'accuracy' } = sets[name];
  const pool = values.unlabelled ? `unlabelled: rows(${JSON.stringify(unlabelledRows(name))})` : '';
  const method = values.method === 'default' ? '' : `method: ${values.method}`;
  const { loads, rows, on } = publishedSet(name, shared, `label_names: { ${names} }  on_error: skip`);
  return `fsl 1
${loads}
each seed in [${splits.join(', ')}] {
  split parts { from: all  ${rows}  ${pool} }
  fine-tune model {
    model: "${shared}/models/all-MiniLM-L6-v2"  from: parts.train  ${values.unlabelled ? 'unlabelled: parts.unlabelled' : ''}
    ${method}  ${values.options}  seed: seed
  }
  evaluate score { model: model  on: ${on}  metrics: [${metric}]  ${keptRows} }
}
`;
}

/** Of published rows those that have a label and no text, where that is known: a list of rows must not name them. */
function bareRows(name, rows) {
  const file = /data\/((?:sst|cr_mr)\/[^"]+)/.exec(places[name].train)?.[1];
  if (file === undefined) return [];
  const lines = readFileSync(join(shared, 'data', file), 'latin1').split('\n');
  return rows.filter((row) => !/\S\s+\S/.test(lines[row] ?? ''));
}

function publishedRows(name) {
  return JSON.parse(readFileSync(join(shared, `data/peer_splits/${name}.json`), 'utf8'));
}

/** Splits all of whose rows have a text: what others were given of a row without one is not known. */
function wholeSplits(name) {
  const published = publishedRows(name);
  return splits.filter((seed) => {
    const bare = bareRows(name, published[seed]);
    if (bare.length > 0)
      console.error(`${name}: split ${seed} is left out, since its row ${bare.join(' and ')} has no text`);
    return bare.length === 0;
  });
}

function unlabelledRows(name) {
  const { unlabelled } = publishedRows(name);
  const bare = bareRows(name, unlabelled);
  return unlabelled.filter((row) => !bare.includes(row));
}

const peers = JSON.parse(readFileSync(join(shared, 'data/peer_splits/peers.json'), 'utf8')).results;
console.log(
  `| set | splits | fslrun ${values.method} ${values.options} | ${values.peer} | mean difference | 95 % interval |`,
);
console.log('| --- | --- | --- | --- | --- | --- |');
const byName = [];
for (const name of values.sets.split(',')) {
  const splits = wholeSplits(name);
  if (splits.length === 0) continue;
  const folder = mkdtempSync(join(tmpdir(), 'fsl-peers-'));
  try {
    const { metric = 'accuracy' } = sets[name];
    const ours = runProgram(folder, program(name, splits), splits)('score', metric);
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

function signed(value) {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}
