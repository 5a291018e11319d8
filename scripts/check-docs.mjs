// Runs every command that the pages show, the slow ones too, and compares the outputs: `npm run check:docs`, or with names of pages
// `npm run check:docs -- docs/tutorial.md`. The tests run all but the slow ones.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pages = process.argv.slice(2);
const chosen = pages.length === 0 ? [] : ['-t', pages.map((page) => page.replaceAll('.', '\\.')).join('|')];
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/docs', ...chosen], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FSL_DOCS: 'all' },
});
process.exitCode = status ?? 1;
