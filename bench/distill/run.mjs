// What a student of three layers keeps of the accuracy of its teacher: MiniLM trained on 8 rows a label (published splits), distilled on
// 1,000 rows without labels. Usage: npm run bench:distill -- [--sets sst2,agnews] [--splits 0,1] [--student "encoder(layers: 3)"]
// [--options "epochs: 10"] [--work FOLDER] [--shared FOLDER]. With --work, what is finished is kept, and a run goes on there.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultShared, keptRows, publishedSet, runProgram } from '../peers/published.mjs';
import { average, halfWidth } from '../statistics.mjs';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'agnews,banking77,sst2' },
    splits: { type: 'string', default: '0,1,2' },
    student: { type: 'string', default: 'encoder(layers: 3)' },
    options: { type: 'string', default: '' },
    work: { type: 'string' },
    shared: { type: 'string', default: defaultShared },
  },
});
const shared = resolve(values.shared);
const splits = values.splits.split(',');

function program(name) {
  const { loads, rows, on } = publishedSet(name, shared, 'on_error: skip');
  const measured = `on: ${on}  metrics: [accuracy]  ${keptRows}`;
  return `fsl 1
${loads}
each seed in [${splits.join(', ')}] {
  split parts { from: all  ${rows}  unlabelled: 1000  seed: seed }
  fine-tune large { model: "${shared}/models/all-MiniLM-L6-v2"  from: parts.train  method: contrastive  seed: seed }
  distill small { teacher: large  student: ${values.student}  from: parts.unlabelled  seed: seed  ${values.options} }
  evaluate large_score { model: large  ${measured} }
  evaluate small_score { model: small  ${measured} }
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
    const of = runProgram(folder, program(name), splits);
    const [large, small] = [of('large_score', 'accuracy'), of('small_score', 'accuracy')];
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
