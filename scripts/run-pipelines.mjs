// Runs every program of pipelines/ without a network, each written by `fslrun init` into a folder of its own with an empty store, and
// prints how long it took. Fails where a program ends otherwise than it should. `--full` runs the larger settings; names choose some.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is not as everywhere: exit code 0, and the larger setting is the program's own. */
const programs = {
  'customers-zh': { full: ['shots=14'] },
  first: { full: ['shots=32'] },
  glyphs: { full: ['training=1000', 'measured=1000'] },
  intents: { full: ['shots=10'] },
  leaky: { exit: 2 },
  methods: { full: ['draws=30'] },
  odd: { full: ['draws=20'] },
  pictures: { full: ['draws=30'] },
  search: { full: ['shots=32', 'trials=40'] },
  sentiment: { full: ['shots=32', 'copies=8'] },
  student: { full: ['shots=16'] },
};

const { values, positionals } = parseArgs({
  options: { full: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const all = (await readdir(join(root, 'pipelines')))
  .filter((file) => file.endsWith('.fsl'))
  .map((file) => file.slice(0, -'.fsl'.length));
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`there is no program ${unknown.join(', ')} in pipelines/: there are ${all.join(', ')}`);
  process.exit(2);
}
const chosen = positionals.length > 0 ? positionals : all;
const width = Math.max(...chosen.map((name) => name.length));

let total = 0;
let wrong = 0;
for (const name of chosen) {
  const { seconds, problem } = await runProgram(name, programs[name] ?? {});
  total += seconds;
  if (problem !== undefined) wrong += 1;
  console.log(`${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${problem ?? 'as it should'}`);
}
console.log(`${'all'.padEnd(width)}  ${total.toFixed(1).padStart(6)} s`);
process.exitCode = wrong > 0 ? 1 : 0;

async function runProgram(name, { exit = 0, full = [] }) {
  const folder = await mkdtemp(join(tmpdir(), 'fsl-pipelines-'));
  const fslrun = (...args) =>
    spawnSync(process.execPath, [join(root, 'dist/fslrun.js'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, FSL_STORE: join(folder, '.fsl') },
    });
  try {
    const written = fslrun('init', name);
    if (written.status !== 0) return { seconds: 0, problem: `init: ${written.stderr}` };
    const settings = values.full ? full.flatMap((setting) => ['--set', setting]) : [];
    const start = performance.now();
    const ran = fslrun(`${name}.fsl`, '--offline', ...settings);
    const seconds = (performance.now() - start) / 1000;
    if (ran.status !== exit)
      return { seconds, problem: `exit ${ran.status} in the place of ${exit}\n${ran.stderr}` };
    if (exit === 0 && !/^Done after/m.test(ran.stdout))
      return { seconds, problem: `no report\n${ran.stdout}` };
    return { seconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
