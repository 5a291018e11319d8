// Broken, cut off and hostile pictures through the decoder: `npm run fuzz:images -- --count 10000 --seed 1`. Each must become pixels or an error
// that says what is wrong, in less than 1 GB of memory. What is neither is written to test/fuzz/pictures. Exit 1 if anything was.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { importTypeScript, root } from './import-typescript.mjs';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const mostMegabytes = 1000;
const { fuzzImages } = await importTypeScript('test/fuzz/images.ts');
const count = Number(values.count);
const { decoded, refused, findings, slowest } = await fuzzImages(root, {
  count,
  seed: Number(values.seed),
  progress: (done) => {
    if (done % 1000 === 0) console.log(`${done} of ${count}, ${memory()} MB at most`);
  },
});
for (const [reason, times] of [...refused].toSorted(([, a], [, b]) => b - a).slice(0, 12))
  console.log(`${String(times).padStart(6)}  ${reason}`);
const folder = join(root, 'test/fuzz/pictures');
for (const { name, bytes, error } of findings) {
  await mkdir(folder, { recursive: true });
  const file = `${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}${extname(name.split(',')[0])}`;
  await writeFile(join(folder, file), bytes);
  console.log(`${file}: ${name}: ${error}`);
}
const sum = [...refused.values()].reduce((all, times) => all + times, 0);
console.log(
  `${count} pictures, seed ${values.seed}: ${decoded} decoded, ${sum} refused, ${findings.length} findings; the slowest took ${Math.round(slowest.time)} ms (${slowest.name}); ${memory()} MB at most`,
);
process.exitCode = findings.length > 0 || memory() > mostMegabytes ? 1 : 0;

/** Most that this process has had. */
function memory() {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
