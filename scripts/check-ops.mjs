// tfjs-core's own tests of its operations on our backends: `npm run check:ops`. Prints the share that passes, writes docs/op-tests.md, and
// exits with 1 where a test fails for no known reason. `--backend NAME`, `--provider webgpu` or `cuda` (of `onnx`) and `--only PATTERN` (of file names)
// run a part and write nothing.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runTests, testFiles } from './op-tests/collect.mjs';
import { reasonFor } from './op-tests/reasons.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { backend: { type: 'string' }, provider: { type: 'string' }, only: { type: 'string' } },
});
const { backend: only = values.provider === undefined ? undefined : 'onnx' } = values;
const files = await testFiles(new RegExp(values.only ?? '_test\\.js$'));
const reports = [];
for (const backend of only === undefined ? ['onnx', 'reference', 'tensorflow'] : [only]) {
  try {
    reports.push(summarise(backend, await runTests(backend, files, values.provider)));
  } catch (error) {
    const missing = /the backend `\w+` needs a package[^\n]*/.exec(String(error.stderr));
    if (missing === null) throw error;
    console.log(`${backend}: not run, ${missing[0]}`);
  }
}
for (const report of reports) print(report);
if (only === undefined && values.only === undefined) {
  const { format } = await import('prettier');
  const path = join(root, 'docs/op-tests.md');
  await writeFile(path, await format(page(reports), { parser: 'markdown', printWidth: 110 }));
  console.log(`wrote ${path}`);
}
process.exitCode = reports.some(({ wrong }) => wrong.length > 0) ? 1 : 0;

function summarise(backend, results) {
  const run = results.filter(({ status }) => status === 'passed' || status === 'failed');
  const failed = run.filter(({ status }) => status === 'failed');
  const reasons = new Map();
  const wrong = [];
  for (const test of failed) {
    const reason = reasonFor(test, values.provider);
    if (reason === undefined) wrong.push(test);
    else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const kinds = [...reasons].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const absent = kinds.reduce(
    (sum, [reason, count]) => sum + (/^no kernel|^tensors of/.test(reason) ? count : 0),
    0,
  );
  return {
    backend,
    all: run.length,
    has: run.length - absent,
    passed: run.length - failed.length,
    left: failed.length - wrong.length,
    reasons: kinds,
    wrong,
  };
}

function print({ backend, all, has, passed, left, wrong }) {
  console.log(
    `${backend}: ${passed} of ${all} pass (${share(passed, all)}; ${share(passed, has)} where no kernel or type is absent), ` +
      `${left} left out, ${wrong.length} wrong`,
  );
  for (const { name, messages } of wrong) console.log(`  ${name}\n    ${messages.join(' | ').slice(0, 300)}`);
}

function page(all) {
  return [
    '# tfjs-core’s own tests of its operations',
    '',
    'How many of the tests that tfjs-core ships for its operations pass on each backend, and why the others do not. Tests for browsers and for',
    'backends that are read synchronously are not among them. Written by `npm run check:ops`.',
    '',
    '| backend | tests | pass | share | share where no kernel or type is absent | left out | wrong |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...all.map(
      ({ backend, all: count, has, passed, left, wrong }) =>
        `| \`${backend}\` | ${count} | ${passed} | ${share(passed, count)} | ${share(passed, has)} | ${left} | ${wrong.length} |`,
    ),
    ...all.flatMap(({ backend, reasons }) => [
      '',
      `## Left out on \`${backend}\``,
      '',
      '| why | tests |',
      '| --- | ---: |',
      ...reasons.map(([reason, count]) => `| ${reason} | ${count} |`),
    ]),
    '',
  ].join('\n');
}

function share(part, all) {
  return `${((100 * part) / all).toFixed(1)} %`;
}
