// Forward passes and training steps of MiniLM's architecture with FSL's engine and with PyTorch, in processes that take turns, and
// prints medians and ratios. Needs a Python with torch and transformers; see README.md for the arguments.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled } from '../bundled.mjs';
import { median } from '../statistics.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    python: { type: 'string', default: process.env.FSL_PYTHON ?? 'python3' },
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '9' },
    threads: { type: 'string', default: '2' },
    on: { type: 'string', default: 'cpu' }, // or webgpu, cuda: PyTorch computes on cuda then
    quiet: { type: 'string', default: '0.3' }, // cores that others may use, or the run is repeated
  },
});

const ourScript = await bundled('engine/ours.ts');

const tasks = [
  { title: 'forward', kind: 'forward' },
  { title: 'train step, dropout 0', kind: '0' },
  { title: 'train step, dropout 0.1', kind: '0.1' },
  { title: 'train step, dropout 0.1, 512 words in use', kind: '0.1', rows: '512' },
];
const device = values.on === 'cpu' ? 'cpu' : 'cuda';
const hasPython = canRun(values.python, ['-c', 'import torch, transformers']);
console.log(
  `16 texts of 64 tokens, float32, on ${values.on}, ${values.threads} threads, ${values.rounds} rounds, ${cpus()[0]?.model.trim()}, load ${loadavg()[0].toFixed(1)}`,
);
console.log(
  '| median of the rounds | FSL, ms | PyTorch, ms | ratio | FSL, MB | PyTorch, MB | others, cores |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const { title, kind, rows = '30522' } of tasks) {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(quietly(process.execPath, [ourScript, kind, values.threads, values.steps, rows, values.on]));
    if (hasPython)
      theirs.push(
        quietly(values.python, [join(here, 'theirs.py'), kind, values.threads, values.steps, device]),
      );
  }
  const [a, b] = [ours, theirs].map((runs) => median(runs.map(({ times }) => median(times))));
  const [c, d] = [ours, theirs].map((runs) => median(runs.map(({ memory }) => memory)));
  const others = Math.max(...[...ours, ...theirs].map(({ others }) => others));
  const cell = (value, digits = 0) => (value === undefined ? 'not found' : value.toFixed(digits));
  console.log(
    `| ${title} | ${cell(a)} | ${cell(b)} | ${b === undefined ? '' : (a / b).toFixed(2)} | ${cell(c)} | ${cell(d)} | ${others.toFixed(1)} |`,
  );
}
if (!hasPython)
  console.log(`\`${values.python}\` has no torch and transformers: give --python or FSL_PYTHON`);

/** Runs again, twice at most, while other processes take more than a little. */
function quietly(command, args) {
  let best;
  for (let attempt = 0; attempt < 3; attempt++) {
    const result = run(command, args);
    if (best === undefined || result.others < best.others) best = result;
    if (best.others <= Number(values.quiet)) break;
  }
  return best;
}

function run(command, args) {
  const env = {
    ...process.env,
    OMP_NUM_THREADS: values.threads,
    MKL_NUM_THREADS: values.threads,
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', // as FSL's workers have it; for both
  };
  const [before, start] = [busySeconds(), performance.now()];
  const output = execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
  const result = JSON.parse(output.trim().split('\n').at(-1));
  const others = (busySeconds() - before - result.processor) / ((performance.now() - start) / 1000);
  return { ...result, others: Math.max(0, others) };
}

/** Processor time of the whole machine; where it is not told, nobody else counts. */
function busySeconds() {
  try {
    const [user = 0, nice = 0, system = 0] = readFileSync('/proc/stat', 'utf8')
      .split('\n')[0]
      .match(/\d+/g)
      .map(Number);
    return (user + nice + system) / 100;
  } catch {
    return 0;
  }
}

function canRun(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
