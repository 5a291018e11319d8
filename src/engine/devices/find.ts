// Probes in a process of its own, so that a driver that crashes or hangs is a finding; answers are kept for the machine and its drivers.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { join } from 'node:path';
import { cudaLibrary, packageVersion } from './installed.ts';
import type { Candidate } from './candidates.ts';
import type { Probed } from './probe.ts';

export interface Finder {
  find(candidate: Candidate): Promise<Probed>;
}

const answerWithinMs = 30_000;

/**
 * `program` and its arguments try the candidate that is appended, and print what `probe` gives as their last line. Without a folder,
 * nothing is kept and everything is probed anew.
 */
export function deviceFinder(program: readonly string[], folder: string | undefined): Finder {
  return {
    find: async (candidate) => {
      const path =
        folder === undefined ? undefined : join(folder, `device-${candidate}-${machineDigest()}.json`);
      const known = path === undefined ? undefined : kept(path);
      if (known !== undefined) return known;
      const found = await probeApart(program, candidate);
      if (path !== undefined) keep(path, found);
      return found;
    },
  };
}

export async function probeApart(
  program: readonly string[],
  candidate: Candidate,
  withinMs = answerWithinMs,
): Promise<Probed> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...program, candidate], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, withinMs);
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    child.on('error', (error) => resolve({ state: 'fails', text: error.message }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const answer = parsed(said);
      if (answer !== undefined) return resolve(answer);
      const how = late
        ? `did not answer in ${withinMs / 1000} s`
        : signal === null
          ? `ended with code ${code ?? 'unknown'}`
          : `crashed (${signal})`;
      resolve({ state: 'fails', text: `the process that tried it ${how}` });
    });
  });
}

/** The last line: drivers may print what they like before it. */
function parsed(said: string): Probed | undefined {
  const line = said.trimEnd().split('\n').at(-1) ?? '';
  try {
    return line.startsWith('{') ? (JSON.parse(line) as Probed) : undefined; // written by `answerProbe`
  } catch {
    return undefined;
  }
}

function kept(path: string): Probed | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Probed; // renamed into place as a whole by `keep`
  } catch {
    return undefined;
  }
}

function keep(path: string, found: Probed): void {
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(found));
    renameSync(draft, path);
  } catch {
    // it is probed again
  }
}

/** Changes with the machine, its drivers, the packages and the settings that drivers heed. */
export function machineDigest(): string {
  const settings = Object.entries(process.env).filter(([name]) =>
    /^(VK_|CUDA_|LD_LIBRARY_PATH$|FSL_GPU$)/.test(name),
  );
  const parts = [
    hostname(),
    release(),
    process.version,
    packageVersion('onnxruntime-node'),
    packageVersion('@tensorflow/tfjs-node-gpu'),
    packageVersion('@tensorflow/tfjs-node'),
    cudaLibrary(),
    text('/proc/driver/nvidia/version'),
    ...['/dev/dri', '/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d'].map(listing),
    settings.sort(),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listing(folder: string): readonly (readonly [string, number])[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => [name, statSync(join(folder, name)).mtimeMs] as const);
  } catch {
    return [];
  }
}
