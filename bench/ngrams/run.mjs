// node bench/ngrams/run.mjs [../shared/data] [seeds]: prints the table of README.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const [data = join(here, '../../../shared/data'), seeds = '10'] = process.argv.slice(2);
const folder = mkdtempSync(join(here, '../../node_modules/.bench-'));
try {
  const outfile = join(folder, 'accuracy.mjs');
  await build({
    entryPoints: [join(here, 'accuracy.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    outfile,
  });
  const { status } = spawnSync(process.execPath, [outfile, resolve(data), seeds], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
