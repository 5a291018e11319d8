// node bench/ngrams/run.mjs [../shared/data] [seeds]: prints the table of README.md.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { bundled } from '../bundled.mjs';

const [data = join(import.meta.dirname, '../../../shared/data'), seeds = '10'] = process.argv.slice(2);
const accuracy = await bundled('ngrams/accuracy.ts');
const { status } = spawnSync(process.execPath, [accuracy, resolve(data), seeds], { stdio: 'inherit' });
process.exitCode = status ?? 1;
