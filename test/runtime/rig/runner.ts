// A runner in a process of its own, to be killed: runs the small program of a folder, and prints events and the result.
import { join } from 'node:path';
import { run } from './run.ts';
import { smallProgram, type SmallProgram } from './small-program.ts';

const [folder = '', workerPath = '', settings = '{}'] = process.argv.slice(2);
const { program, jobs } = JSON.parse(settings) as { program?: SmallProgram; jobs?: number };
const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
process.stdout.write('started\n');
const { result } = await run(smallProgram(folder, program), {
  folder,
  workerPath,
  jobs: jobs ?? 2,
  signal: stop.signal,
  fault: process.env['FSL_FAULT'],
  log: join(folder, 'runs.log'),
  emit: (event) => {
    if (event.type !== 'run-started') process.stdout.write(`${JSON.stringify(event)}\n`);
  },
});
process.stdout.write(`${JSON.stringify({ type: 'result', outcome: result.outcome })}\n`);
