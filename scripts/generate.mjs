// Writes the generated files anew: grammar/, docs/, and the examples of `fslrun explain`. A test fails when they are out of date.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const draft = join(root, 'node_modules', `.generate-${process.pid}.mjs`);
try {
  await build({
    entryPoints: [join(root, 'scripts/generate/generated.ts')],
    outfile: draft,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const { generated } = await import(pathToFileURL(draft).href);
  for (const [path, text] of Object.entries(generated(root))) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
} finally {
  await rm(draft, { force: true });
}
