// Writes the generated files anew: grammar/, docs/, and the examples of `fslrun explain`. A test fails when they are out of date.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { importTypeScript, root } from './import-typescript.mjs';

const { generated } = await importTypeScript('scripts/generate/generated.ts');
for (const [path, text] of Object.entries(generated(root))) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
