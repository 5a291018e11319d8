// Imports a TypeScript file of this repository into a script, with all that it imports, packages left outside.
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** `path` is relative to the repository. */
export async function importTypeScript(path) {
  const draft = join(root, 'node_modules', `.import-${process.pid}.mjs`); // where packages are found
  try {
    await build({
      entryPoints: [join(root, path)],
      outfile: draft,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      sourcemap: 'inline',
      logLevel: 'warning',
    });
    return await import(pathToFileURL(draft).href);
  } finally {
    await rm(draft, { force: true });
  }
}
