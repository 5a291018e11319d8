// Runs the tests of kernels, gradients and training on the backend `tensorflow`. The package's own download of its library is often out of
// reach, so the library and its headers come from the Python package `tensorflow-cpu`, and the binding is compiled against them.
// All of it lies in a folder outside the repository, which the next run uses again; `--fresh` makes it anew.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const library = 'tensorflow-cpu==2.21.0';
const packages = ['@tensorflow/tfjs-node@4.22.0', 'node-api-headers@1.5.0'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const work = join(tmpdir(), 'fslrun-check-tensorflow');
const modules = join(work, 'node_modules');
const binding = join(modules, '@tensorflow/tfjs-node');
const built = join(binding, 'lib/napi-v8/tfjs_binding.node');

const args = process.argv.slice(2);
if (args.includes('--fresh')) rmSync(work, { recursive: true, force: true });
if (process.platform !== 'linux') refuse('the Python package has a library to link with on Linux only');
for (const tool of ['python3', 'g++']) {
  if (spawnSync(tool, ['--version']).status !== 0) refuse(`\`${tool}\` is not there`);
}
if (!existsSync(built)) build();
copyRepository();
const tests = ['test/engine/kernels', 'test/engine/gradients', 'test/learning/training/fine-tune'];
const given = args.filter((arg) => arg !== '--fresh');
const vitest = [
  join(root, 'node_modules/vitest/vitest.mjs'),
  'run',
  '--maxWorkers',
  '1',
  '--testTimeout',
  '900000',
];
const env = {
  ...process.env,
  FSL_TEST_ON: 'tensorflow',
  TF_CPP_MIN_LOG_LEVEL: '2',
  TF_ENABLE_ONEDNN_OPTS: '0',
};
env.FSL_SHARED ??= join(root, '../shared');
process.exit(
  spawnSync(process.execPath, [...vitest, ...tests, ...given], { cwd: work, stdio: 'inherit', env }).status ??
    1,
);

function build() {
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', ...packages]);
  run('python3', ['-m', 'venv', 'venv']);
  run('venv/bin/pip', ['download', '--quiet', '--no-deps', '--dest', 'wheels', library]);
  const wheel = join(work, 'wheels', readdirSync(join(work, 'wheels'))[0] ?? '');
  const unpack =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); z.extractall(sys.argv[2], [n for n in z.namelist()' +
    " if n.startswith(('tensorflow/include/', 'tensorflow/libtensorflow'))])";
  run('python3', ['-c', unpack, wheel, 'wheel']);
  rmSync(join(work, 'wheels'), { recursive: true });
  const from = join(work, 'wheel/tensorflow');
  const lib = join(binding, 'deps/lib');
  mkdirSync(lib, { recursive: true });
  mkdirSync(dirname(built), { recursive: true });
  for (const [name, target] of [
    ['libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['libtensorflow_cc.so.2', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so.2'],
  ])
    link(join(from, target), join(lib, name));
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(binding, 'binding', name));
  const includes = [
    binding,
    dirname(binding),
    join(from, 'include'),
    join(modules, 'node-api-headers/include'),
  ];
  const flags = [
    '-std=c++17',
    '-shared',
    '-fPIC',
    '-O2',
    '-w',
    '-DNAPI_VERSION=8',
    ...includes.map((folder) => `-I${folder}`),
  ];
  const libraries = [
    `-L${lib}`,
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    '-ltensorflow',
    '-ltensorflow_framework',
  ];
  run('g++', [...flags, ...sources, '-o', built, ...libraries]);
}

/** The sources, and links to the packages here, so that there is one tfjs-core as after an install. */
function copyRepository() {
  for (const name of ['src', 'test', 'docs']) {
    rmSync(join(work, name), { recursive: true, force: true });
    cpSync(join(root, name), join(work, name), { recursive: true });
  }
  for (const name of ['vitest.config.ts', 'tsconfig.json']) cpSync(join(root, name), join(work, name));
  const here = join(root, 'node_modules');
  const names = readdirSync(here)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(here, name)).map((one) => `${name}/${one}`) : [name],
    );
  for (const name of names) {
    const ours = name === '@tensorflow/tfjs-core' || name === '@tensorflow/tfjs-backend-cpu';
    if (ours || !existsSync(join(modules, name))) link(join(here, name), join(modules, name));
  }
}

function link(target, path) {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

function run(command, parameters) {
  console.log(`${command} ${parameters.slice(0, 4).join(' ')} …`);
  const { status } = spawnSync(command, parameters, { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) refuse(`\`${command}\` failed`);
}

function refuse(why) {
  console.error(`check:tensorflow cannot run: ${why}.`);
  process.exit(2);
}
