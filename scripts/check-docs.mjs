// Runs every command that the pages show, the slow ones too, and compares the outputs: `npm run check:docs`, or with names of pages
// `npm run check:docs -- docs/tutorial.md`. The tests run all but the slow ones. `npm run update:docs` writes what is printed into the pages, the slow ones left out.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const update = process.argv.includes('--update');
const pages = process.argv.slice(2).filter((word) => word !== '--update');
const chosen = pages.length === 0 ? [] : ['-t', pages.map((page) => page.replaceAll('.', '\\.')).join('|')];
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/docs', ...chosen], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FSL_DOCS: update ? 'update' : 'all' },
});
process.exitCode = status ?? 1;
