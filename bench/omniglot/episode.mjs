// A training step on a 5-way 5-shot episode with 15 queries beside PyTorch, by processor time: node bench/omniglot/episode.mjs --python PYTHON. Both sides take turns.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    python: { type: 'string', default: process.env.FSL_PYTHON ?? 'python3' },
    methods: { type: 'string', default: 'prototypical,maml1,maml2' },
    rounds: { type: 'string', default: '2' },
    steps: { type: 'string', default: '10' },
  },
});
const cache = join(resolve(here, '../..'), 'node_modules/.cache/bench-omniglot'); // inside the repository, so that packages are found
mkdirSync(cache, { recursive: true });
const outfile = join(cache, 'episode.mjs');
await build({
  entryPoints: [join(here, 'episode.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile,
  logLevel: 'warning',
});
const times = (program, ...args) =>
  JSON.parse(
    execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .split('\n')
      .at(-1),
  );
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
console.log('| method | FSL, ms | PyTorch, ms | ratio |\n| --- | --- | --- | --- |');
for (const method of values.methods.split(',')) {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    ours.push(...times(process.execPath, outfile, method, '1', values.steps));
    theirs.push(...times(values.python, join(here, 'episode.py'), method, '1', values.steps));
  }
  const [a, b] = [median(ours), median(theirs)];
  console.log(`| ${method} | ${a.toFixed(1)} | ${b.toFixed(1)} | ${(a / b).toFixed(2)} |`);
}
