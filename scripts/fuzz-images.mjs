// Broken, cut off and hostile pictures through the decoder: `npm run fuzz:images -- --count 10000 --seed 1`. Each must become pixels or an error
// that says what is wrong, in less than 1 GB of memory. What is neither is written to test/fuzz/pictures. Exit 1 if anything was.
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const mostMegabytes = 1000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const draft = join(root, 'node_modules', `.fuzz-images-${process.pid}.mjs`);
try {
  await build({
    entryPoints: [join(root, 'test/fuzz/images.ts')],
    outfile: draft,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const { fuzzImages } = await import(pathToFileURL(draft).href);
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
} finally {
  await rm(draft, { force: true });
}

/** Most that this process has had. */
function memory() {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
