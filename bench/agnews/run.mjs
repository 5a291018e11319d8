// Runs agnews.fsl and scikit-learn on the same rows, and prints the accuracies seed by seed.
// Usage: npm run bench:agnews [-- SHARED_FOLDER]; FSL_PYTHON names a Python with sentence-transformers and scikit-learn.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const here = import.meta.dirname;
const shared = resolve(process.argv[2] ?? process.env.FSL_SHARED ?? join(here, '../../../shared'));
const command = join(here, '../../dist/fslrun.js');
const program = join(here, 'agnews.fsl');
const store = mkdtempSync(join(tmpdir(), 'fsl-agnews-'));
const settings = ['--set', `shared=${shared}`, '--store', store];
const read = (file, args) =>
  JSON.parse(
    execFileSync(file, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] }),
  );

try {
  execFileSync(process.execPath, [command, program, ...settings], { stdio: 'inherit' });
  const reference = read(process.env.FSL_PYTHON ?? 'python3', [join(here, 'reference.py'), shared]);
  console.log('\n| split | fslrun | scikit-learn | difference in points |\n| --- | --- | --- | --- |');
  let largest = 0;
  for (const [seed, theirs] of Object.entries(reference)) {
    const report = read(process.execPath, [
      command,
      'show',
      program,
      `score[seed=${seed}]`,
      '--format',
      'json',
      ...settings,
    ]);
    const ours = report.metrics.accuracy.value;
    const difference = (ours - theirs) * 100;
    largest = Math.max(largest, Math.abs(difference));
    console.log(
      `| ${seed} | ${(ours * 100).toFixed(2)} | ${(theirs * 100).toFixed(2)} | ${difference.toFixed(2)} |`,
    );
  }
  console.log(`\nlargest difference: ${largest.toFixed(2)} points (allowed: 0.5)`);
  process.exitCode = largest <= 0.5 ? 0 : 1;
} finally {
  rmSync(store, { recursive: true, force: true });
}
