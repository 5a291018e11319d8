// How far the losses of the first training steps of MAML are from those of its twin in PyTorch, from the same weights on the same episodes:
// node bench/omniglot/losses.mjs --python PYTHON [--order 1] [--losses 50] [--training 1600] [--seed 1] [--data FOLDER]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundled } from '../bundled.mjs';
import { splits, writePart } from './parts.mjs';

const here = import.meta.dirname;
const shared = process.env.FSL_SHARED ?? resolve(here, '../../../shared');
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(shared, 'data/omniglot_small') },
    python: { type: 'string', default: process.env.FSL_PYTHON ?? 'python3' },
    order: { type: 'string', default: '1' },
    losses: { type: 'string', default: '50' },
    training: { type: 'string', default: '1600' },
    seed: { type: 'string', default: '1' },
  },
});
const shape = { ways: 5, shots: 1, queries: 15 };
const work = mkdtempSync(join(tmpdir(), 'bench-omniglot-losses-'));
try {
  const { pixels, labels } = writePart(values.data, work, 'train', splits.train);
  const byLabel = new Map();
  labels.forEach((label, row) => byLabel.set(label, [...(byLabel.get(label) ?? []), row]));
  const rows = [...byLabel].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)).map(([, own]) => own);
  const asked = {
    seed: Number(values.seed),
    rows,
    shape,
    episodes: Number(values.training),
    statistics: 0,
    adapts: true,
  };
  execFileSync(process.execPath, [await bundled('omniglot/ours.ts'), JSON.stringify(asked), work]);
  writeFileSync(join(work, 'train.u8'), pixels);
  const inner = { tasks: 4, steps: 1, inner_rate: 0.4, order: Number(values.order) };
  const settings = (noise) =>
    writeFileSync(
      join(work, 'settings.json'),
      JSON.stringify({ shape, rate: 0.001, ...inner, losses: Number(values.losses), noise }),
    );
  settings(0);
  const told = (command, ...args) =>
    JSON.parse(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  const ours = told(process.execPath, await bundled('omniglot/losses.ts'), work);
  const theirs = told(values.python, join(here, 'maml.py'), work, '1').losses;
  settings(1e-7); // each weight by about one in the last place
  const otherwise = told(values.python, join(here, 'maml.py'), work, '1').losses;
  const away = (losses) => losses.map((loss, i) => Math.abs(loss - theirs[i]) / theirs[i]);
  const [own, rounded] = [away(ours), away(otherwise)];
  const upTo = (values, step) => Math.max(...values.slice(0, step)).toExponential(1);
  console.log(
    '| step | FSL | PyTorch | FSL is away, at most so far | PyTorch from other roundings is, at most |',
  );
  console.log('| --- | --- | --- | --- | --- |');
  for (const step of [1, 2, 3, 5, 10, 20, 30, 40, 50, 100, 200].filter((one) => one <= ours.length)) {
    const [mine, its] = [ours, theirs].map((losses) => losses[step - 1].toFixed(6));
    console.log(`| ${step} | ${mine} | ${its} | ${upTo(own, step)} | ${upTo(rounded, step)} |`);
  }
} finally {
  rmSync(work, { recursive: true });
}
