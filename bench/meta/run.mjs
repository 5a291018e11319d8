// Learning to learn on texts: classes of Banking77 are parted, an encoder learns from some by `meta-learn`, and tells others apart that it has
// never seen, in episodes, beside the same encoder as it was. Usage: npm run bench:meta [-- --parts 1,2,3] [--model FOLDER] [--episodes 300]
// [--shots 1,5] [--shared FOLDER]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { spawnSync } from 'node:child_process';
import { parse } from 'csv-parse/sync';
import { defaultShared } from '../peers/published.mjs';
import { shuffled } from '../shuffled.mjs';

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: '1,2,3' },
    model: { type: 'string', default: 'builtin:fsl-mini' },
    episodes: { type: 'string', default: '300' },
    shots: { type: 'string', default: '1,5' },
    shared: { type: 'string', default: defaultShared },
  },
});
const data = join(resolve(values.shared), 'data/banking77');
const command = process.env.FSL_COMMAND ?? join(import.meta.dirname, '../../dist/fslrun.js');
const model = values.model.startsWith('builtin:') ? values.model : resolve(values.model);
/** Of 77 classes. */
const sizes = { base: 47, validation: 10, novel: 20 };
const shots = values.shots.split(',');

const rowsOf = (file) => parse(readFileSync(join(data, file), 'utf8'), { columns: true });
const [train, test] = [rowsOf('train.csv'), rowsOf('test.csv')];
const classes = [...new Set(train.map(({ category }) => category))].sort();

function writeRows(file, rows, own) {
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const lines = rows
    .filter(({ category }) => own.includes(category))
    .map(({ text, category }) => `${quoted(text)},${quoted(category)}`);
  writeFileSync(file, `text,category\n${lines.join('\n')}\n`);
}

function program() {
  const measured = shots.map((own) => {
    const asked = `on: novel  episodes: 600  ways: 5  shots: ${own}  queries: 15`;
    return `evaluate after_${own} { model: learnt  ${asked} }
evaluate before_${own} { model: "${model}"  ${asked} }
compare gain_${own} { of: { after: after_${own}, before: before_${own} } }`;
  });
  const loads = Object.keys(sizes).map(
    (name) => `load ${name} { from: "${name}.csv"  text: "text"  label: "category" }`,
  );
  return `fsl 1
${loads.join('\n')}
meta-learn learnt { model: "${model}"  from: base  validation: validation  ways: 10  shots: 1  queries: 4  episodes: ${values.episodes} }
${measured.join('\n')}
`;
}

function shown(folder, name) {
  const { stdout } = spawnSync(process.execPath, [command, 'show', 'main.fsl', name, '--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return JSON.parse(stdout);
}

console.log('| part | episodes | before | after | difference | 95 % interval |');
console.log('| --- | --- | ---: | ---: | ---: | --- |');
for (const part of values.parts.split(',')) {
  const folder = mkdtempSync(join(tmpdir(), 'fsl-meta-'));
  try {
    const order = shuffled(classes, part);
    const [base, others, novel] = [
      order.slice(0, sizes.base),
      order.slice(sizes.base, sizes.base + sizes.validation),
      order.slice(-sizes.novel),
    ];
    writeRows(join(folder, 'base.csv'), train, base);
    writeRows(join(folder, 'validation.csv'), train, others);
    writeRows(join(folder, 'novel.csv'), test, novel);
    writeFileSync(join(folder, 'main.fsl'), program());
    writeFileSync(join(folder, 'package.json'), '{}');
    const { status } = spawnSync(process.execPath, [command, 'main.fsl'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error(`fslrun ended with ${status}`);
    for (const own of shots) {
      const percent = (name) => (100 * shown(folder, name).metrics.accuracy.value).toFixed(1);
      const [{ mean, low, high }] = shown(folder, `gain_${own}`).metrics.accuracy.differences;
      const points = [mean, low, high].map((value) => (100 * value).toFixed(1));
      console.log(
        `| ${part} | 5-way ${own}-shot | ${percent(`before_${own}`)} | ${percent(`after_${own}`)} | ${points[0]} | ${points[1]} … ${points[2]} |`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
