// Random edits of the example programs through parser, compiler, messages and formatter: `npm run fuzz -- --count 100000 --seed 1`.
// What goes wrong is written to test/fuzz/corpus, as short as it could be made; the tests read that folder. Exit 1 if anything did.
import { mkdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importTypeScript, root } from './import-typescript.mjs';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const { fuzz } = await importTypeScript('test/fuzz/run.ts');
const corpus = join(root, 'test/fuzz/corpus');
await mkdir(corpus, { recursive: true });
const started = Date.now();
const writes = [];
const { found, counts, slowest } = fuzz({
  root,
  seed: Number(values.seed),
  count: Number(values.count),
  limit: 1000,
  onFinding: ({ what, detail, number, text }) => {
    const name = `${what}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.fsl`;
    console.log(
      `${name} (seed ${values.seed}, number ${number}): ${detail}\n${JSON.stringify(text.slice(0, 300))}`,
    );
    writes.push(writeFile(join(corpus, name), text));
  },
  onProgress: (done) => {
    if (done % 5000 === 0) console.log(`${done} texts, ${Math.round((Date.now() - started) / 1000)} s`);
  },
});
await Promise.all(writes);
console.log(
  `${values.count} texts, seed ${values.seed}: ${found.length} findings; ${counts.formatted} of them without syntax errors were formatted, ${counts.planned} planned before and after; the slowest took ${Math.round(slowest)} ms`,
);
process.exitCode = found.length > 0 ? 1 : 0;
