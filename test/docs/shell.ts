// A shell in a folder of its own that has `fslrun`, `npx fslrun` and the example programs, for the commands that pages show.
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface Ran {
  readonly code: number;
  /** Both outputs, as they came. */
  readonly printed: string;
}

export interface Shell extends AsyncDisposable {
  write(name: string, text: string): Promise<void>;
  run(script: string): Promise<Ran>;
}

/** `command` is what `buildCommand` gave. */
export async function openShell(command: string): Promise<Shell> {
  const folder = realpathSync(await mkdtemp(join(tmpdir(), 'fsl-docs-')));
  const bin = join(folder, '.bin');
  const work = join(folder, 'work');
  await mkdir(bin);
  await mkdir(work);
  await writeFile(join(work, 'package.json'), '{}'); // the store is made beside it
  await cp(join(root, 'pipelines'), join(work, 'pipelines'), { recursive: true });
  const script = (text: string): string => `#!/bin/sh\n${text}\n`;
  const mode = { mode: 0o755 };
  await writeFile(join(bin, 'fslrun'), script(`exec '${process.execPath}' '${command}' "$@"`), mode);
  await writeFile(join(bin, 'npx'), script('exec "$@"'), mode);
  const env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    LANG: 'C.UTF-8',
  };
  return {
    write: (name, text) => writeFile(join(work, name), text),
    run: (text) => run(text, { cwd: work, env }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function run(
  text: string,
  options: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<Ran> {
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', `{ ${text}\n} 2>&1`], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const parts: Buffer[] = [];
  child.stdout?.on('data', (part: Buffer) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? -1, printed: Buffer.concat(parts).toString('utf8') }),
    );
  });
}
