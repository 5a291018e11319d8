// How long `fslrun` takes from Ctrl-C to its end while it trains: interrupts trainings at random moments.
// Usage: npm run bench:cancel -- [--times 10] [--shared FOLDER]. Needs `npm run build`.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultShared } from '../peers/published.mjs';
import { median } from '../statistics.mjs';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '10' }, shared: { type: 'string', default: defaultShared } },
});
const shared = resolve(values.shared);
const command = join(import.meta.dirname, '../../dist/fslrun.js');

const program = `fsl 1
load all {
  from: "${shared}/data/ag_news_test/test.csv"
  header: ["class", "title", "description"]  text: "{title}. {description}"  label: "class"
}
split parts { from: all  train: 8 per label  test: rest }
fine-tune model {
  model: "${shared}/models/all-MiniLM-L6-v2"  from: parts.train  method: full  epochs: 1000  batch_size: 16
}
`;

/** Milliseconds until the command has ended, interrupted some time after it has begun to train. */
async function cancelled(folder) {
  const child = spawn(process.execPath, [command, 'main.fsl', '--json'], {
    cwd: folder,
    env: { ...process.env, FSL_STORE: join(folder, '.fsl') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => child.on('close', done));
  await new Promise((training) => {
    child.stdout.on('data', (text) => String(text).includes('"detail":"loss') && training());
    child.on('close', training);
  });
  await new Promise((later) => setTimeout(later, 1000 + 2000 * Math.random()));
  const start = performance.now();
  child.kill('SIGINT');
  const code = await ended;
  if (code !== 130) throw new Error(`fslrun ended with code ${code}, not 130`);
  return performance.now() - start;
}

const folder = mkdtempSync(join(tmpdir(), 'fsl-cancel-'));
try {
  writeFileSync(join(folder, 'main.fsl'), program);
  writeFileSync(join(folder, 'package.json'), '{}');
  const found = [];
  for (let i = 0; i < Number(values.times); i++) found.push(await cancelled(folder));
  const told = found.map((ms) => ms.toFixed(0)).join(', ');
  console.log(`from Ctrl-C to the end, ms: ${told}; median ${median(found).toFixed(0)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
