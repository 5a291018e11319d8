// What copies of rows are worth to a head on frozen vectors, 8 rows a label, on the published splits: of synonyms and of words that a masked
// language model finds likely, as they are and with `gate: cv`.
// Usage: npm run bench:augment -- [--model FOLDER] [--sets sst2,agnews] [--splits 0,1,…] [--method METHOD] [--shared FOLDER]
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
    method: { type: 'string', default: 'head(kind: logistic)' },
    shared: { type: 'string', default: defaultShared },
  },
});
const splits = values.splits.split(',');
const model = `model: "${resolve(values.model)}"`;
const fill = `with: fill(${model})  copies: 4`;

/** Options of `augment`; the first has none. */
const ways = {
  alone: undefined,
  synonyms: 'with: synonyms(rate: 15%)  copies: 4',
  fill,
  gated: `${fill}  gate: cv  ${model}`,
};

console.log('| set | rows alone | synonyms | fill | fill, gated |');
console.log('| --- | ---: | ---: | ---: | ---: |');
for (const name of values.sets.split(',')) {
  const { alone, ...others } = measured(name);
  const cells = Object.values(others).map((its) => {
    const differences = its.map((value, i) => value - alone[i]);
    const mean = average(differences);
    return `${average(its).toFixed(1)} (${mean < 0 ? '' : '+'}${mean.toFixed(1)} ± ${halfWidth(differences).toFixed(1)})`;
  });
  console.log(`| ${name} | ${average(alone).toFixed(1)} | ${cells.join(' | ')} |`);
}

/** Accuracies over splits. */
function measured(name) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-augment-'));
  try {
    const read = runProgram(folder, program(name), splits);
    return Object.fromEntries(Object.keys(ways).map((way) => [way, read(`${way}_score`, 'accuracy')]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function program(name) {
  const { loads, rows, on } = publishedSet(
    name,
    resolve(values.shared),
    `label_names: { ${sets[name].names} }  on_error: skip`,
  );
  const stages = Object.entries(ways).flatMap(([way, changes]) => [
    ...(changes === undefined ? [] : [`augment ${way}_rows { from: parts.train  ${changes}  seed: seed }`]),
    `fine-tune ${way} { ${model}  from: ${changes === undefined ? 'parts.train' : `${way}_rows`}  method: ${values.method}  seed: seed }`,
    `evaluate ${way}_score { model: ${way}  on: ${on}  metrics: [accuracy]  ${keptRows} }`,
  ]);
  return `fsl 1
${loads}
each seed in [${splits.join(', ')}] {
  split parts { from: all  ${rows}  seed: seed }
  ${stages.join('\n  ')}
}
`;
}
