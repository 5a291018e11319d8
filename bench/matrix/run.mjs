// How long each tool takes to say what would run of the same graph, and what that costs: fslrun beside make, turbo, snakemake
// and dvc in one run, taking turns. Needs `npm run build`. See README.md for what is compared and the flags.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled } from '../bundled.mjs';
import { median } from '../statistics.mjs';
import * as programs from './programs.mjs';
import { findTools } from './tools.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Of the tools that are compared. */
    sizes: { type: 'string', default: '1000,10000' },
    /** Of fslrun alone; 0 for none. */
    large: { type: 'string', default: '100000' },
    /** Only these, by name: `make,dvc`. */
    only: { type: 'string', default: '' },
    'no-install': { type: 'boolean', default: false },
    /** Seconds after which a tool is stopped, and after which it has had its turns. */
    limit: { type: 'string', default: '300' },
  },
});
const dryRun = '--dry-run';
const limit = Number(values.limit);
const cache = join(root, 'node_modules', '.cache', 'bench-matrix');
const command = join(root, 'dist', 'fslrun.js');
const work = mkdtempSync(join(tmpdir(), 'bench-matrix-'));
const clock = spawnSync('/usr/bin/time', ['-f', '%U', 'true']).status === 0;
const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  DVC_NO_ANALYTICS: '1',
  CI: '1',
};

try {
  const tools = findTools(join(cache, 'tools'), !values['no-install']);
  const populate = await bundled('matrix/populate.ts');
  console.log(
    `Node.js ${process.version}; ${Object.entries(tools)
      .map(([name, tool]) => (tool === undefined ? `${name} not found` : `${name} ${tool.version}`))
      .join(', ')}; load ${loadavg()[0].toFixed(1)}\n`,
  );
  for (const size of values.sizes.split(',').map(Number)) compare(size, tools, populate);
  if (Number(values.large) > 0) alone(Number(values.large));
} finally {
  rmSync(work, { recursive: true, force: true });
}

function compare(size, tools, populate) {
  const seeds = programs.seedsFor(size);
  const cases = [...ourCases(seeds, populate), ...theirCases(seeds, tools)].filter(
    ({ name }) => values.only === '' || values.only.split(',').some((only) => name.includes(only)),
  );
  measure(cases);
  table(`${programs.stepsOf(seeds).toLocaleString('en')} steps`, cases, `fslrun ${dryRun}`);
}

function alone(size) {
  const seeds = programs.seedsFor(size);
  const [check, dry] = ourCases(seeds);
  measure([check, dry]);
  table(`${programs.stepsOf(seeds).toLocaleString('en')} steps`, [check, dry], dry.name);
}

/** Without `populate`, only those of a program of which nothing has run but `load`. */
function ourCases(seeds, populate) {
  const folder = written('fsl', seeds, programs.writeFsl);
  run([process.execPath, command, 'matrix.fsl', 'rows', '--quiet'], folder); // there is a store, and the data is known
  const cases = [
    { name: 'fslrun check', args: [process.execPath, command, 'check', 'matrix.fsl'], folder },
    { name: `fslrun ${dryRun}`, args: [process.execPath, command, 'matrix.fsl', dryRun], folder },
  ];
  if (populate === undefined) return cases;
  const full = `${folder}-full`;
  cpSync(folder, full, { recursive: true });
  run([process.execPath, populate, 'matrix.fsl'], full);
  run([process.execPath, command, 'matrix.fsl', dryRun], full); // digests are known from here on
  const plan = run([process.execPath, command, 'matrix.fsl', dryRun], full);
  if (!/Plan: 0 to run, 0 pending/.test(plan.out)) throw new Error(`not cached:\n${plan.out}`);
  return [...cases, { name: `fslrun ${dryRun}, all cached`, args: cases[1].args, folder: full }];
}

function theirCases(seeds, { make, turbo, snakemake, dvc }) {
  const cases = [];
  const add = (name, tool, write, args) => {
    if (tool === undefined) cases.push({ name, missing: true });
    else cases.push({ name, args: [tool.path, ...args], folder: written(name, seeds, write) });
  };
  add('make -n', make, programs.writeMake, ['-n']);
  add('turbo --dry', turbo, programs.writeTurbo, ['run', 'summary', '--filter=summary', '--dry=json']);
  add('snakemake -n', snakemake, programs.writeSnakemake, ['-n', '--quiet']);
  add('dvc status', dvc, programs.writeDvc, ['status']);
  const last = cases.at(-1);
  if (last.folder !== undefined) run([dvc.path, 'init', '--no-scm', '--quiet'], last.folder);
  return cases;
}

/** One after the other in every round, so that whatever else the machine does falls on all of them. */
function measure(cases) {
  for (const one of cases) one.runs = [];
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const one of cases) {
      const spent = one.runs.reduce((sum, { seconds }) => sum + seconds, 0);
      if (one.missing || one.stopped || (one.runs.length > 0 && spent > limit / 3)) continue;
      const result = run(one.args, one.folder);
      if (result.stopped) one.stopped = true;
      else one.runs.push(result);
      console.error(
        `round ${round + 1} ${one.name}: ${result.stopped ? 'stopped' : `${result.seconds.toFixed(2)} s`}`,
      );
    }
}

function table(title, cases, base) {
  const reference = cases.find(({ name }) => name === base);
  const middle = (one, pick) => median(one.runs.map(pick));
  console.log(`${title}, medians of up to ${values.rounds} rounds\n`);
  console.log('| | ratio | CPU ratio | wall s | fastest | CPU s | peak MB | rounds |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const one of cases) {
    const { name, runs } = one;
    if (one.missing) console.log(`| ${name} | not found |`);
    else if (runs.length === 0) console.log(`| ${name} | stopped after ${limit} s |`);
    else {
      const ratio = (pick) =>
        reference === undefined ? '' : (middle(one, pick) / middle(reference, pick)).toFixed(2);
      const cells = [
        ratio(({ seconds }) => seconds),
        clock ? ratio(({ processor }) => processor) : '',
        middle(one, ({ seconds }) => seconds).toFixed(2),
        Math.min(...runs.map(({ seconds }) => seconds)).toFixed(2),
        clock ? middle(one, ({ processor }) => processor).toFixed(2) : '',
        clock ? Math.max(...runs.map(({ peak }) => peak)).toFixed(0) : '',
        runs.length,
      ];
      console.log(`| ${name} | ${cells.join(' | ')} |`);
    }
  }
  console.log('');
}

/** Throws where it fails. Processor time and memory come from GNU time, where that is installed. */
function run(args, cwd) {
  const usage = join(work, 'usage.txt');
  const timed = clock ? ['/usr/bin/time', '-f', '%U %S %M', '-o', usage, ...args] : args;
  const started = process.hrtime.bigint();
  const { stdout, stderr, status, error } = spawnSync(timed[0], timed.slice(1), {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1e9,
    timeout: limit * 1000,
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (error?.code === 'ETIMEDOUT') return { stopped: true };
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${status}\n${stdout}${stderr}${error ?? ''}`);
  if (!clock) return { out: stdout, seconds };
  const [user, system, kilobytes] = readFileSync(usage, 'utf8').trim().split(' ').map(Number);
  return { out: stdout, seconds, processor: user + system, peak: kilobytes / 1e3 };
}

function written(name, seeds, write) {
  const folder = join(work, `${name.split(' ')[0]}-${seeds.length}`);
  mkdirSync(folder, { recursive: true });
  write(folder, seeds);
  return folder;
}
