// Runs one FSL program a data set on chosen published splits and prints the difference to another tool on the same rows, paired.
// Usage: npm run bench:peers -- [--sets sst5,sst2] [--splits 0,1,2] [--method "contrastive"] [--options "steps: 10"] [--unlabelled]
//        [--peer "SetFit + templates (10 iterations)"] [--model builtin:fsl-mini] [--shared FOLDER]
// `--method default` names none; `--unlabelled` gives the rows of that name too.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { peersProgram, wholeSplits } from './program.mjs';
import { defaultShared, runProgram, sets } from './published.mjs';
import { markdownRow, meanRows, peerHead, peerRow } from './table.mjs';

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
const print = (cells) => console.log(markdownRow(cells));
const head = peerHead(`fslrun ${values.method} ${values.options}`.trim(), values.peer);
print(head);
print(head.map(() => '---'));
const measured = [];
for (const name of values.sets.split(',')) {
  const splits = wholeSplits(name, asked, shared);
  if (splits.length === 0) continue;
  const folder = mkdtempSync(join(tmpdir(), 'fsl-peers-'));
  try {
    const { metric = 'accuracy' } = sets[name];
    const { model, method, options, unlabelled } = values;
    const program = peersProgram(name, { splits, shared, model, method, options, unlabelled });
    const ours = runProgram(folder, program, splits)('score', metric);
    const theirs = splits.map((seed) => peers[name][values.peer]?.[seed] ?? NaN);
    measured.push({ name, splits, ours, theirs });
    print(peerRow(measured.at(-1)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
meanRows(measured).forEach(print);
console.log('\nBy split, ours (theirs):');
for (const { name, splits, ours, theirs } of measured)
  console.log(
    `${name}: ${splits.map((seed, i) => `${seed} ${ours[i].toFixed(1)} (${theirs[i].toFixed(1)})`).join(', ')}`,
  );
