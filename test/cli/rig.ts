// Runs the command in this process, in a folder of its own, with a worker bundled for the tests.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { runCommand } from '../../src/runtime/cli/run-command.ts';
import { FakeHost, type FakeHostSettings } from './fake-host.ts';

const root = join(import.meta.dirname, '..', '..');
const workerFolder = '.fsl-test-';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly host: FakeHost;
}

export interface Rig extends AsyncDisposable {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  run(args: readonly string[], settings?: RunSettings): Promise<Outcome>;
}

export interface RunSettings extends Omit<FakeHostSettings, 'cwd'> {
  /** Given the host before the command starts. */
  readonly prepare?: (host: FakeHost) => void;
}

/** `worker` is what `buildWorker` gave; without one, nothing can run. */
export async function openRig(worker: string, copyOf?: string): Promise<Rig> {
  const folder = realpathSync(await mkdtemp(join(tmpdir(), 'fsl-cli-')));
  if (copyOf !== undefined) await cp(copyOf, folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{}'); // the store is made beside it
  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    run: async (args, { prepare, ...settings } = {}) => {
      const host = new FakeHost({ cwd: folder, ...settings });
      prepare?.(host);
      const code = await runCommand(args, host, { workerPath: worker });
      return { code, stdout: host.stdout.text, stderr: host.stderr.text, host };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The worker as plain JavaScript, inside the repository so that it finds the packages. */
export async function buildWorker(entry = 'src/runtime/worker.ts'): Promise<string> {
  const file = join(root, 'node_modules', `${workerFolder}${process.pid}`, 'worker.mjs');
  await build({
    entryPoints: [join(root, entry)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  return file;
}

/** Nothing where building it failed: the folder above an empty path is not ours. */
export async function removeWorker(worker: string): Promise<void> {
  const folder = dirname(worker);
  if (!basename(folder).startsWith(workerFolder)) return;
  await rm(folder, { recursive: true, force: true });
}

/** The command and its worker as plain JavaScript, inside the repository so that they find packages, models and pipelines/. */
export async function buildCommand(): Promise<{ readonly command: string } & AsyncDisposable> {
  const folder = join(root, 'test', 'dist', String(process.pid)); // the nearest package.json is that of this package
  await build({
    entryPoints: {
      fslrun: join(root, 'src/runtime/cli/main.ts'),
      worker: join(root, 'src/runtime/worker.ts'),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  return {
    command: join(folder, 'fslrun.js'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
