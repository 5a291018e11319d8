// How long the command takes before it does anything: `--version`, a run with everything cached, a plan of 10,000 steps,
// each against bare Node.js in the same run. Needs `npm run build`; the programs are made here.
//
//   node bench/startup/run.mjs [repetitions]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../statistics.mjs';

const repetitions = Number(process.argv[2] ?? 15);
const command = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dist', 'fslrun.js');
const folder = mkdtempSync(join(tmpdir(), 'fsl-startup-'));

try {
  const rows = Array.from(
    { length: 400 },
    (_, i) => `${i % 2 ? 'a sweet ripe' : 'the heavy steel'} thing ${i},${i % 2}`,
  );
  writeFileSync(join(folder, 'rows.csv'), `text,label\n${rows.join('\n')}\n`);
  const tenStages = `fsl 1
load rows { from: "rows.csv"  text: "text"  label: "label" }
split parts { from: rows  test: 50 per label  train: 8 per label }
fine-tune one { model: "builtin:ngrams"  from: parts.train  method: prototype }
fine-tune two { model: "builtin:ngrams"  from: parts.train  method: head(kind: ridge) }
fine-tune three { model: "builtin:ngrams"  from: parts.train  method: head(kind: knn) }
evaluate first { model: one  on: parts.test  metrics: [accuracy] }
evaluate second { model: two  on: parts.test  metrics: [accuracy] }
evaluate third { model: three  on: parts.test  metrics: [accuracy] }
predict labelled { model: one  from: parts.test  to: "labelled.csv" }
compare all { of: [first, second, third] }
`;
  const matrix = `fsl 1
let alphas = [${Array.from({ length: 33 }, (_, i) => (i + 1) / 10).join(', ')}]
load rows { from: "rows.csv"  text: "text"  label: "label" }
each seed in 0..99 {
  split parts { from: rows  test: 50 per label  train: 8 per label  seed: seed }
  each alpha in alphas {
    fine-tune model { model: "builtin:ngrams"  from: parts.train  method: head(kind: ridge, alpha: alpha) }
    evaluate score { model: model  on: parts.test  metrics: [accuracy] }
    evaluate again { model: model  on: parts.test  metrics: [macro_f1] }
  }
}
compare first { of: score }
compare second { of: again }
`;
  writeFileSync(join(folder, 'ten.fsl'), tenStages);
  writeFileSync(join(folder, 'matrix.fsl'), matrix);

  const bare = ['-e', '0'];
  const cached = [command, 'ten.fsl'];
  const dry = [command, 'matrix.fsl', '--dry-run'];
  run(cached);
  const last = run(cached);
  if (!last.out.includes('Everything is cached: 10 steps')) throw new Error(`not cached:\n${last.out}`);
  const planned = /Plan: (\d+) to run, (\d+) pending, (\d+) cached/.exec(run(dry).out);
  const steps = Number(planned?.[1]) + Number(planned?.[2]) + Number(planned?.[3]);
  if (!(steps >= 10_000)) throw new Error(`only ${steps} steps`);

  // One after the other in every round, so that whatever else the machine does falls on all of them.
  const cases = [
    { name: 'node -e 0', args: bare },
    { name: 'fslrun --version', args: [command, '--version'] },
    { name: 'cached run, 10 stages', args: cached },
    { name: `dry run, ${steps} steps`, args: dry, every: 3 },
  ];
  const measured = cases.map((one) => ({ ...one, runs: [] }));
  for (let i = 0; i < repetitions; i += 1)
    for (const one of measured) if (i % (one.every ?? 1) === 0) one.runs.push(run(one.args));
  const base = median(measured[0].runs.map(({ seconds }) => seconds));
  console.log(`Node.js ${process.version}, medians of ${repetitions} rounds`);
  console.log(row(['', 'wall s', 'over node s', 'ratio', 'CPU s', 'peak MB']));
  for (const { name, runs } of measured) {
    const seconds = median(runs.map((one) => one.seconds));
    const processor = median(runs.map((one) => one.processor));
    const peak = Math.max(...runs.map((one) => one.peak));
    console.log(
      row([
        name,
        seconds.toFixed(3),
        (seconds - base).toFixed(3),
        (seconds / base).toFixed(1),
        processor.toFixed(3),
        (peak / 1e6).toFixed(0),
      ]),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The process tells its own use of resources when it ends, through a module loaded before everything else. */
function run(args) {
  const report = `data:text/javascript,${encodeURIComponent(
    `process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); process._rawDebug('USED ' + JSON.stringify({ processor: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS * 1024 })); })`,
  )}`;
  const started = process.hrtime.bigint();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', report, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
  const used = JSON.parse(/USED (.*)/.exec(stderr)[1]);
  return { out: stdout, seconds, ...used };
}

function row([name, ...cells]) {
  return name.padEnd(26) + cells.map((cell) => cell.padStart(12)).join('');
}
