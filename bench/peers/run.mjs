// Runs one FSL program a data set on chosen published splits and prints the difference to another tool on the same rows, paired.
// Usage: npm run bench:peers -- [--sets sst5,sst2] [--splits 0,1,2] [--method "contrastive"] [--options "steps: 10"] [--unlabelled]
//        [--peer "SetFit + templates (10 iterations)"] [--model builtin:fsl-mini] [--shared FOLDER]
// `--method default` names none; `--unlabelled` gives the rows of that name too.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { peersProgram, wholeSplits } from './program.mjs';
import { average, halfWidth } from '../statistics.mjs';
import { defaultShared, runProgram, sets } from './published.mjs';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'sst5,sst2,cr,agnews,amazon_cf' },
    splits: { type: 'string', default: '0,1,2,3,4,5,6,7,8,9' },
    method: { type: 'string', default: 'contrastive' },
    options: { type: 'string', default: '' },
    unlabelled: { type: 'boolean', default: false },
    peer: { type: 'string', default: 'SetFit (20 iterations)' },
    model: { type: 'string' },
    shared: { type: 'string', default: defaultShared },
  },
});
const shared = resolve(values.shared);
const asked = values.splits.split(',');

const peers = JSON.parse(readFileSync(join(shared, 'data/peer_splits/peers.json'), 'utf8')).results;
console.log(
  `| set | splits | fslrun ${values.method} ${values.options} | ${values.peer} | mean difference | 95 % interval |`,
);
console.log('| --- | --- | --- | --- | --- | --- |');
const byName = [];
/** Of each split the differences of all sets. */
const bySplit = new Map(asked.map((split) => [split, []]));
for (const name of values.sets.split(',')) {
  const splits = wholeSplits(name, asked, shared);
  if (splits.length === 0) continue;
  const folder = mkdtempSync(join(tmpdir(), 'fsl-peers-'));
  try {
    const { metric = 'accuracy' } = sets[name];
    const ours = runProgram(
      folder,
      peersProgram(name, {
        splits,
        shared,
        model: values.model,
        method: values.method,
        options: values.options,
        unlabelled: values.unlabelled,
      }),
      splits,
    )('score', metric);
    const theirs = splits.map((seed) => peers[name][values.peer]?.[seed] ?? NaN);
    const differences = ours.map((value, i) => value - theirs[i]);
    const half = halfWidth(differences);
    const mean = average(differences);
    splits.forEach((split, i) => bySplit.get(split).push(differences[i]));
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

const wholes = [...bySplit.values()]
  .filter(({ length }) => length === byName.length && length > 1)
  .map(average);
if (wholes.length > 1)
  console.log(
    `| mean of all, in splits that all have | ${wholes.length} | | | ${signed(average(wholes))} | ${signed(average(wholes) - halfWidth(wholes))} … ${signed(average(wholes) + halfWidth(wholes))} |`,
  );
console.log(`\nBy split, ours (theirs):\n${byName.join('\n')}`);

function signed(value) {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}
