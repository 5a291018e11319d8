// Second order end to end: `npm run check:maml -- --steps 70000 --shots 10 --order 2 --seed 1` meta-trains MAML on sine regression and prints
// the error on new tasks after 0 to 10 gradient steps. docs/maml.md says what the paper prints.
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '70000' },
    shots: { type: 'string', default: '10' },
    order: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const draft = join(root, 'node_modules', `.maml-${process.pid}.mjs`);
try {
  await build({
    entryPoints: [join(root, 'scripts/maml/main.ts')],
    outfile: draft,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const { check } = await import(pathToFileURL(draft).href);
  const what = {
    steps: Number(values.steps),
    shots: Number(values.shots),
    order: values.order === '1' ? 1 : 2,
    seed: Number(values.seed),
  };
  await check(what, console.log);
} finally {
  await rm(draft, { force: true });
}
