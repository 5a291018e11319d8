// Checks what long trainings promise: one graph for each shape, memory that does not grow, the same bits with one and two threads, and two
// at once that are little slower than one after the other. Ends with 1 where one does not hold.
import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { promisify } from 'node:util';
import { bundled } from '../bundled.mjs';
import { median } from '../statistics.mjs';

const steps = await bundled('memory/steps.ts');

const run = async (...args) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', steps, ...args], {
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout);
};
let failed = false;
const check = (what, holds, found) => {
  failed ||= !holds;
  console.log(`${holds ? 'holds' : 'FAILS'}  ${what}: ${found}`);
};
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
const around = (values, step) => median(values.slice(step - 10, step + 10));
const growth = ({ resident }, from) => {
  const [early, late] = [around(resident, from), around(resident, resident.length - 10)];
  return {
    share: late / early,
    text: `${megabytes(early)} and ${megabytes(late)}, ${percent(late / early - 1)}`,
  };
};
const percent = (share) => `${(100 * share).toFixed(1)} %`;

const only = process.argv[2];
if (only === undefined || only === 'memory') {
  const long = await run('small', 'as drawn', '2', '1000');
  check(
    '1,000 steps compile one graph a shape',
    long.compiled === long.shapes && long.compiled <= 8,
    `${long.compiled} graphs for ${long.shapes} shapes`,
  );
  const grown = growth(long, 100);
  check('resident memory at step 1,000 is within 5 % of that at step 100', grown.share <= 1.05, grown.text);

  const turns = await run('small', 'in turn', '2', '400');
  check(
    '400 steps, each of another shape than the one before, compile one graph a shape',
    turns.compiled === turns.shapes,
    `${turns.compiled} graphs for ${turns.shapes} shapes`,
  );
  const after = growth(turns, 30);
  check('resident memory does not grow with 50 rounds over the shapes', after.share <= 1.05, after.text);

  const one = await run('small', 'as drawn', '1', '1000');
  check('the weights are the same with one thread', one.digest === long.digest, one.digest.slice(0, 12));
}
if (only === undefined || only === 'compile') {
  const hundred = await run('large', 'as drawn', '2', '100');
  const share = hundred.compileMs / 1000 / hundred.seconds;
  check(
    'compiling all graphs of 100 steps of a large encoder takes under 10 % of the time',
    share < 0.1,
    `${percent(share)} of ${hundred.seconds.toFixed(0)} s`,
  );
  check(
    'these steps compile one graph a shape, and at most 8',
    hundred.compiled === hundred.shapes && hundred.compiled <= 8,
    `${hundred.compiled} graphs for ${hundred.shapes} shapes`,
  );
  check(
    'resident memory, with the graphs of all shapes, is at most 1.2 GB',
    hundred.most <= 1.2e9,
    megabytes(hundred.most),
  );
}
if (only === undefined || only === 'together') {
  const task = ['large', 'as drawn', '2', '12'];
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const apart = await timed(async () => [await run(...task), await run(...task)]);
    const together = await timed(() => Promise.all([run(...task), run(...task)]));
    rounds.push({ time: together.time / apart.time, processor: together.processor / apart.processor });
  }
  const list = (kind) => rounds.map((round) => round[kind].toFixed(2)).join(', ');
  check(
    'two at once take at most 1.15 times as long as one after the other',
    median(rounds.map(({ time }) => time)) <= 1.15,
    `${list('time')}, in processor time ${list('processor')}; load ${loadavg()[0].toFixed(1)} at the end`,
  );
}
process.exitCode = failed ? 1 : 0;

async function timed(work) {
  const start = performance.now();
  const done = await work();
  const processor = done.reduce((sum, { processor }) => sum + processor, 0);
  return { time: performance.now() - start, processor };
}
