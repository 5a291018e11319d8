// Prototypical networks and MAML on the small Omniglot set: FSL's `meta-learn` and `evaluate` by episodes beside a twin in PyTorch with the same weights and episodes, nearest
// pictures by pixels, frozen doodlenet, and nets that are fine-tuned on the support of each episode. Needs a Python with PyTorch; see README.md for the arguments.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parquetReadObjects } from 'hyparquet';
import { bundled } from '../bundled.mjs';
import { average, halfWidth } from '../statistics.mjs';
import { splits, writePart } from './parts.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const shared = process.env.FSL_SHARED ?? resolve(root, '../shared');
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(shared, 'data/omniglot_small') },
    doodlenet: { type: 'string', default: join(shared, 'models/doodlenet_tfjs') },
    python: { type: 'string', default: process.env.FSL_PYTHON ?? 'python3' },
    method: { type: 'string', default: 'prototypical' },
    seeds: { type: 'string', default: '1' },
    training: { type: 'string', default: '1000' },
    ways: { type: 'string' },
    shots: { type: 'string', default: '1' },
    queries: { type: 'string' },
    rate: { type: 'string', default: '0.001' },
    measured: { type: 'string', default: '600' },
    tuned: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
    'no-twin': { type: 'boolean', default: false },
  },
});
for (const path of [values.data, values.doodlenet])
  if (!existsSync(path)) throw new Error(`${path} is not there: give --data and --doodlenet`);

/** Nets that adapt: `order` of the derivative, and what `meta-learn` takes where nothing is said. */
const adapting = { maml: { order: 2 }, fomaml: { order: 1 } }[values.method];
if (adapting === undefined && values.method !== 'prototypical')
  throw new Error(`no method ${values.method}: prototypical, maml, fomaml`);
const [tasks, innerSteps, innerRate] = [4, 1, 0.4];
const trained = {
  ways: Number(values.ways ?? (adapting ? 5 : 20)),
  shots: Number(values.shots),
  queries: Number(values.queries ?? (adapting ? 15 : 5)),
};
const tests = [
  { ways: 5, shots: 1, queries: 15 },
  { ways: 5, shots: 5, queries: 15 },
  { ways: 20, shots: 1, queries: 15 },
  { ways: 20, shots: 5, queries: 15 },
]
  // A head that adapts is of as many classes as it was trained with.
  .filter(({ ways, shots }) => !adapting || (ways === trained.ways && shots === trained.shots))
  .map((shape) => ({ name: `w${shape.ways}s${shape.shots}`, shape }));

const tuned = Number(values.tuned);
/** Models that are fine-tuned on each support. */
const baselines = {
  glyphs: { model: '"builtin:glyph-conv"', told: '`builtin:glyph-conv`, fine-tuned' },
  scratch: { model: 'scratch', told: '`conv4` from random weights, fine-tuned' },
};
/** A step that changes nothing to speak of: what is left are random weights, normalised by pictures of the training. */
const scratch = (seed) =>
  `meta-learn scratch { from: known  ways: 5  shots: 1  queries: 5  episodes: 1  learning_rate: 1e-9  seed: ${seed} }\n`;

const ours = await bundled('omniglot/ours.ts');
for (const seed of values.seeds.split(',').map(Number)) {
  const work = mkdtempSync(join(tmpdir(), 'bench-omniglot-'));
  try {
    await run(work, seed);
  } finally {
    rmSync(work, { recursive: true });
  }
}

async function run(work, seed) {
  const parts = Object.fromEntries(
    Object.entries(splits).map(([name, alphabets]) => [name, writePart(values.data, work, name, alphabets)]),
  );
  writeFileSync(join(work, 'main.fsl'), program(seed));
  const fslrun = (...args) =>
    execFileSync(process.execPath, [join(root, 'dist/fslrun.js'), ...args], {
      cwd: work,
      env: { ...process.env, FSL_STORE: join(work, '.fsl') },
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  fslrun('main.fsl');
  const report = (stage) => JSON.parse(fslrun('show', 'main.fsl', stage, '--format', 'json'));
  const reports = Object.fromEntries(
    tests.flatMap(({ name }) => [name, `doodle_${name}`].map((stage) => [stage, report(stage)])),
  );
  const twin = values['no-twin'] ? undefined : await theirs(work, seed, parts, fslrun);
  print(seed, reports, twin);
  if (tuned > 0)
    printTuned(
      tests.map(({ name, shape }) => ({
        shape,
        own: reports[name].episodes.accuracies,
        all: Object.keys(baselines).map((other) => report(`${other}_${name}`).episodes.accuracies),
      })),
    );
}

function program(seed) {
  const { ways, shots, queries } = trained;
  const method = adapting
    ? `maml(inner_steps: ${innerSteps}, inner_rate: ${innerRate}, tasks: ${tasks}, order: ${adapting.order})`
    : 'prototypical';
  const lines = tests.map(({ name, shape }) => {
    const same = `on: novel  episodes: ${values.measured}  ways: ${shape.ways}  shots: ${shape.shots}  queries: ${shape.queries}  seed: ${seed}`;
    return `evaluate ${name} { model: net  ${same} }
evaluate doodle_${name} { model: ${JSON.stringify(values.doodlenet)}  ${same} }${tuned > 0 ? fineTuned(name, shape, seed) : ''}`;
  });
  return `fsl 1
load known { from: "train-*" }
load novel { from: "test-*" }
meta-learn net { from: known  method: ${method}  learning_rate: ${values.rate}  ways: ${ways}  shots: ${shots}  queries: ${queries}  episodes: ${values.training}  rotations: true  seed: ${seed} }
${tuned > 0 ? scratch(seed) : ''}${lines.join('\n')}
`;
}

/** Of the same episodes the first ones: each is drawn by its number. */
function fineTuned(name, { ways, shots, queries }, seed) {
  const asked = `on: novel  episodes: ${tuned}  ways: ${ways}  shots: ${shots}  queries: ${queries}  method: full  seed: ${seed}`;
  return Object.entries(baselines)
    .map(([other, { model }]) => `\nevaluate ${other}_${name} { model: ${model}  ${asked} }`)
    .join('');
}

async function theirs(work, seed, { train, test }, fslrun) {
  const byLabel = new Map();
  train.labels.forEach((label, row) => byLabel.set(label, [...(byLabel.get(label) ?? []), row]));
  const inOrder = [...byLabel].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)).map(([, rows]) => rows);
  const each = adapting ? tasks : 1;
  const training = Math.ceil(Number(values.training) / each) * each;
  const adapts = adapting !== undefined;
  const asked = { seed, rows: inOrder, shape: trained, episodes: training, statistics: 20, adapts };
  execFileSync(process.execPath, [ours, JSON.stringify(asked), work]);
  const episodes = {};
  for (const { name, shape } of tests)
    episodes[name] = { shape, episodes: await testEpisodes(work, name, fslrun) };
  writeFileSync(join(work, 'test.json'), JSON.stringify(episodes));
  const settings = { shape: trained, rate: Number(values.rate) };
  const inner = { tasks, steps: innerSteps, inner_rate: innerRate, order: adapting?.order };
  writeFileSync(join(work, 'settings.json'), JSON.stringify({ ...settings, ...inner }));
  writeFileSync(join(work, 'train.u8'), train.pixels);
  writeFileSync(join(work, 'test.u8'), test.pixels);
  const out = execFileSync(
    values.python,
    [join(here, adapting ? 'maml.py' : 'prototypical.py'), work, values.threads],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return JSON.parse(out);
}

/** Row numbers of support and queries, as `evaluate` drew them, out of `episodes.parquet` in the store. */
async function testEpisodes(work, stage, fslrun) {
  const key = fslrun('show', 'main.fsl', stage).match(/; key ([0-9a-f]+)/)?.[1];
  const actions = join(work, '.fsl/actions');
  const action = readdirSync(actions).find((file) => file.startsWith(key));
  const text = readFileSync(join(actions, action), 'utf8');
  const digest = /"episodes\.parquet"[^}]*?"([0-9a-f]{64})"/.exec(text)?.[1];
  const bytes = readFileSync(join(work, '.fsl/objects', digest.slice(0, 2), digest));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const found = [];
  for (const { episode, row } of await parquetReadObjects({ file })) (found[episode] ??= []).push(row);
  return found;
}

function printTuned(measured) {
  const percent = (value) => (100 * value).toFixed(2);
  const shown = (numbers) => `${percent(average(numbers))} ± ${percent(halfWidth(numbers))}`;
  const told = Object.values(baselines).flatMap((one) => [one.told, 'FSL less that']);
  console.log(`\nthe first ${tuned} of these episodes\n\n| episodes | FSL | ${told.join(' | ')} |`);
  console.log(`| --- | --- |${told.map(() => ' --- |').join('')}`);
  for (const { shape, own, all } of measured) {
    const mine = own.slice(0, tuned);
    const cells = all.flatMap((other) => [shown(other), shown(mine.map((value, i) => value - other[i]))]);
    console.log(`| ${[`${shape.ways}-way ${shape.shots}-shot`, shown(mine), ...cells].join(' | ')} |`);
  }
}

function print(seed, reports, twin) {
  const percent = (value) => (100 * value).toFixed(2);
  const shown = (numbers) => `${percent(average(numbers))} ± ${percent(halfWidth(numbers))}`;
  const above = (a, b) => shown(a.map((value, i) => value - b[i]));
  console.log(
    `\n${values.method}, seed ${seed}: ${values.training} training episodes of ${trained.ways}-way ${trained.shots}-shot with ${trained.queries} queries\n`,
  );
  console.log(
    '| episodes | FSL | PyTorch | FSL - PyTorch | pixels | FSL - pixels | doodlenet | FSL - doodlenet |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const { name, shape } of tests) {
    const own = reports[name].episodes.accuracies;
    const doodle = reports[`doodle_${name}`].episodes.accuracies;
    const { value, low, high } = reports[name].episodes.differences[0].difference;
    const cells = [
      `${shape.ways}-way ${shape.shots}-shot`,
      shown(own),
      twin === undefined ? '' : shown(twin.accuracies[name]),
      twin === undefined ? '' : above(own, twin.accuracies[name]),
      percent(reports[name].baselines.pixels.accuracy),
      `${percent(value)} (${percent(low)} … ${percent(high)})`,
      shown(doodle),
      above(own, doodle),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
