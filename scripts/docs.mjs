// Writes the generated pages of docs/ anew. A test fails when they are not what this writes.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const draft = join(root, 'node_modules', `.docs-${process.pid}.mjs`);
try {
  await build({
    stdin: {
      contents: `export { references } from './src/runtime/cli/references.ts';
export { nodeProcess } from './src/runtime/cli/node-host.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile: draft,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const { references, nodeProcess } = await import(pathToFileURL(draft).href);
  for (const [path, text] of Object.entries(references(nodeProcess().host))) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
} finally {
  await rm(draft, { force: true });
}
