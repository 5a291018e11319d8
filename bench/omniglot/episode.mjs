// A training step on a 5-way 5-shot episode with 15 queries beside PyTorch, by processor time: node bench/omniglot/episode.mjs --python PYTHON. Both sides take turns.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundled } from '../bundled.mjs';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: process.env.FSL_PYTHON ?? 'python3' },
    methods: { type: 'string', default: 'prototypical,maml1,maml2' },
    rounds: { type: 'string', default: '2' },
    steps: { type: 'string', default: '10' },
  },
});
const outfile = await bundled('omniglot/episode.ts');
// What FSL's workers tell the C library (src/runtime/executors/worker-memory.ts), for both sides.
const { memoryVariables } = await import(await bundled('../src/runtime/executors/worker-memory.ts'));
const env = { ...process.env, ...memoryVariables(process.env) };
const times = (program, ...args) =>
  JSON.parse(
    execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] })
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
    theirs.push(...times(values.python, join(import.meta.dirname, 'episode.py'), method, '1', values.steps));
  }
  const [a, b] = [median(ours), median(theirs)];
  console.log(`| ${method} | ${a.toFixed(1)} | ${b.toFixed(1)} | ${(a / b).toFixed(2)} |`);
}
