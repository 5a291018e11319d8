// Packs the package, installs the tarball for itself alone as a user would (`npm install -g`), and works with it in empty folders:
// `fslrun init` writes every example program, they check, and the first one runs. Needs the npm registry, or what npm has cached of it.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Bytes. */
const largest = 20_000_000;
const folder = await mkdtemp(join(tmpdir(), 'fsl-tarball-'));
const installed = join(folder, 'installed');
const bin = process.platform === 'win32' ? installed : join(installed, 'bin');
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH}`,
  ONNXRUNTIME_NODE_INSTALL: 'skip', // its install script downloads CUDA libraries from elsewhere
};
delete env.FSL_STORE;

try {
  const tarball = await step('npm pack', async () => {
    run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
    const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
    const { size } = await stat(join(folder, name));
    if (size > largest) throw new Error(`${name} has ${size} bytes, and may have ${largest}`);
    console.log(`   ${name}: ${(size / 1e6).toFixed(1)} MB`);
    return join(folder, name);
  });
  await step('npm install -g', () =>
    run('npm', ['install', '-g', '--prefix', installed, '--no-audit', '--no-fund', tarball], { cwd: folder }),
  );
  await step('fslrun init, fslrun first.fsl', async () => {
    const empty = await emptyFolder('first');
    expectText(run('fslrun', ['init'], { cwd: empty }), 'run it with: fslrun first.fsl');
    expectText(run('fslrun', ['first.fsl', '--offline'], { cwd: empty }), 'Done after');
    expectText(run('fslrun', ['first.fsl', '--dry-run'], { cwd: empty }), '0 to run, 0 pending');
  });
  await step('every template checks', async () => {
    const lines = run('fslrun', ['init', '--list'], { cwd: folder }).trim().split('\n');
    for (const name of lines.map((line) => line.split(' ')[0])) {
      const empty = await emptyFolder(name);
      run('fslrun', ['init', name], { cwd: empty });
      run('fslrun', ['check', `${name}.fsl`], { cwd: empty, status: name === 'leaky' ? 2 : 0 });
    }
    console.log(`   ${lines.length} of them`);
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function step(name, work) {
  const start = performance.now();
  console.log(name);
  const result = await work();
  console.log(`   ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

async function emptyFolder(name) {
  const path = join(folder, 'work', name);
  await mkdir(path, { recursive: true });
  return path;
}

/** Gives what was printed. Throws where the exit code is another. */
function run(command, args, { cwd, status = 0 }) {
  const result = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== status)
    throw new Error(
      `${command} ${args.join(' ')} ended with ${result.status} in the place of ${status}\n${result.stdout}${result.stderr}`,
    );
  return result.stdout;
}

function expectText(printed, text) {
  if (!printed.includes(text)) throw new Error(`this should have had "${text}":\n${printed}`);
}
