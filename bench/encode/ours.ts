// One process of the comparison: load, encode twice, print the seconds as JSON, and leave the vectors in a file.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEngine } from '../../src/engine/engine.ts';
import { loadSentenceEncoder } from '../../src/learning/encoders/sentence-encoder.ts';

const [model = '', textsFile = '', vectorsFile = '', threads = '2'] = process.argv.slice(2);
const texts = JSON.parse(await readFile(textsFile, 'utf8')) as string[]; // written by run.mjs
const signal = new AbortController().signal;

const start = performance.now();
const engine = await openEngine({ backend: 'onnx', threads: Number(threads) });
const encoder = await loadSentenceEncoder({
  has: async (name) => existsSync(join(model, name)),
  read: (name) => readFile(join(model, name)),
});
const loaded = performance.now();
const before = process.cpuUsage();
const { data } = await encoder.encode(texts, { signal });
const first = performance.now();
const { user, system } = process.cpuUsage(before);
await encoder.encode(texts, { signal });
const second = performance.now();

await writeFile(vectorsFile, new Uint8Array(data.buffer));
const { compiled, compileMs, runs, runMs } = engine.trace();
const seconds = { load: loaded - start, first: first - loaded, second: second - first };
console.log(
  JSON.stringify({
    seconds: Object.fromEntries(Object.entries(seconds).map(([name, ms]) => [name, ms / 1000])),
    processor: (user + system) / 1e6, // of the first call
    memory: process.resourceUsage().maxRSS / 1024,
    trace: { compiled, compileMs, runs, runMs },
  }),
);
