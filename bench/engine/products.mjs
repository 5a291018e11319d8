// What rounded factors are worth: products of matrices on CUDA with `fp32` and `mixed`, each in a process of its own. On other providers the two are the same.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { bundled } from '../bundled.mjs';
import { median } from '../statistics.mjs';

const { values } = parseArgs({
  options: { on: { type: 'string', default: 'cuda' }, threads: { type: 'string', default: '2' } },
});
const script = await bundled('engine/products.ts');
console.log(`twenty products of 1,024 rows in one graph, on ${values.on}, ms`);
console.log('| columns | fp32 | mixed | ratio |\n| --- | --- | --- | --- |');
const [fp32, mixed] = ['fp32', 'mixed'].map((precision) => run(precision));
for (const [columns, times] of Object.entries(fp32)) {
  const [plain, rounded] = [median(times), median(mixed[columns])];
  console.log(
    `| ${columns} | ${plain.toFixed(2)} | ${rounded.toFixed(2)} | ${(rounded / plain).toFixed(2)} |`,
  );
}

function run(precision) {
  const output = execFileSync(process.execPath, [script, values.on, precision, values.threads], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}
