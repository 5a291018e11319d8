// tfjs-core's own tests of its operations on one backend, in a process of their own: bundled so that the tests, tfjs-core and the engine
// are one program.
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const core = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'));
const cpu = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-cpu/package.json'));

/** Test files, relative to tfjs-core's `dist/ops`, whose names match. */
export async function testFiles(pattern = /_test\.js$/) {
  const all = await readdir(join(core, 'dist/ops'), { recursive: true });
  return all.filter((file) => file.endsWith('_test.js') && pattern.test(file)).sort();
}

/** `{ name, status: passed | failed | excluded, messages }` for each test. */
export async function runTests(backend, files, provider = 'cpu') {
  const folder = join(root, 'node_modules', `.op-tests-${process.pid}-${backend}`);
  await mkdir(folder, { recursive: true });
  try {
    const outfile = join(folder, 'tests.mjs');
    await build({
      stdin: { contents: entry(backend, files, provider), resolveDir: here, loader: 'js' },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external: ['onnxruntime-node', 'jasmine-core', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      ignoreAnnotations: true, // the tests are not among the files that tfjs-core declares to have effects
      plugins: [oneTfjs],
      logLevel: 'error',
    });
    const limits = { maxBuffer: 2 ** 28 };
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], limits);
    return JSON.parse(stdout.slice(stdout.lastIndexOf(mark) + mark.length));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const mark = '\n=== results ===\n';

function entry(backend, files, provider) {
  return [
    `import './globals.mjs';`,
    `import ${JSON.stringify(join(core, 'dist/public/chained_ops/register_all_chained_ops.js'))};`,
    ...files.map((file) => `import ${JSON.stringify(join(core, 'dist/ops', file))};`),
    `import { run } from './runner.mjs';`,
    `const results = await run(${JSON.stringify(backend)}, ${JSON.stringify(provider)});`,
    `await new Promise((done) => process.stdout.write(${JSON.stringify(mark)} + JSON.stringify(results), done));`,
    `process.exit(0);`,
  ].join('\n');
}

const oneTfjs = {
  name: 'one tfjs',
  setup({ onResolve }) {
    onResolve({ filter: /\/jasmine_util$/ }, () => ({ path: join(here, 'jasmine-util.mjs') }));
    onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, () => ({ path: join(core, 'dist/index.js') }));
    onResolve({ filter: /^@tensorflow\/tfjs-core\/dist\// }, ({ path }) => ({
      path: join(core, path.replace('@tensorflow/tfjs-core/', '').replace(/(\.js)?$/, '.js')),
    }));
    onResolve({ filter: /^@tensorflow\/tfjs-backend-cpu$/ }, () => ({ path: join(cpu, 'dist/index.js') }));
  },
};
