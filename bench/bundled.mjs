// A TypeScript file of a bench as one that Node.js runs in a process of its own, with all that it imports, packages left outside.
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;

/** `path` is relative to `bench/`. Gives where the file is, absolute. */
export async function bundled(path) {
  const outfile = join(here, '../node_modules/.cache/bench', path.replace('.ts', '.mjs')); // where packages are found
  await build({
    entryPoints: [join(here, path)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'warning',
  });
  return outfile;
}
