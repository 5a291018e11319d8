// The tools to compare with, found on the PATH or installed into a folder of their own: turbo from npm, snakemake and dvc from PyPI.
// What cannot be installed is left out of the comparison, not an error.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Each with the path of its command, or nothing, and its version. */
export function findTools(folder, install) {
  mkdirSync(folder, { recursive: true });
  const venv = join(folder, 'python', 'bin');
  const turbo = join(folder, 'npm', 'node_modules', '.bin', 'turbo');
  return {
    make: found('make', () => undefined),
    turbo: found('turbo', () => {
      if (!existsSync(turbo) && install) {
        mkdirSync(join(folder, 'npm'), { recursive: true });
        quietly(
          'npm',
          ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', '.', 'turbo'],
          join(folder, 'npm'),
        );
      }
      return turbo;
    }),
    snakemake: found('snakemake', () => python(venv, 'snakemake', install, folder)),
    dvc: found('dvc', () => python(venv, 'dvc', install, folder)),
  };
}

function found(name, make) {
  for (const path of [name, make()]) {
    if (path === undefined) continue;
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { path, version: /\d+(\.\d+)+/.exec(stdout)?.[0] ?? '' };
  }
  return undefined;
}

function python(bin, name, install, folder) {
  if (!existsSync(join(bin, 'pip')) && install) quietly('python3', ['-m', 'venv', 'python'], folder);
  if (!existsSync(join(bin, name)) && install)
    quietly(join(bin, 'pip'), ['install', '--quiet', name], folder);
  return join(bin, name);
}

function quietly(command, args, cwd) {
  console.error(`${command} ${args.join(' ')}`);
  spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
