// Writes grammar/fsl.ebnf from the parser's own grammar; with `--check`, only says whether the file is up to date.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('../src/parser/grammar-text.ts', import.meta.url));
const file = new URL('../grammar/fsl.ebnf', import.meta.url);

const folder = await mkdtemp(join(tmpdir(), 'fsl-grammar-'));
try {
  const outfile = join(folder, 'grammar.mjs');
  await build({ entryPoints: [entry], bundle: true, outfile, platform: 'node', format: 'esm' });
  const { grammarText } = await import(pathToFileURL(outfile));
  await write(grammarText());
} finally {
  await rm(folder, { recursive: true });
}

async function write(text) {
  if (!process.argv.includes('--check')) await writeFile(file, text);
  else if ((await readFile(file, 'utf8')) !== text) {
    process.stderr.write('grammar/fsl.ebnf is out of date: run `npm run grammar`\n');
    process.exitCode = 1;
  }
}
