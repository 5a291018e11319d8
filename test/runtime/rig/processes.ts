// Runners in processes of their own: started, watched, killed.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Bundle } from './bundle.ts';
import type { SmallProgram } from './small-program.ts';

export interface Runner {
  readonly process: ChildProcess;
  /** Lines of events so far. */
  readonly lines: string[];
  /** How it ended: a code or a signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface RunnerSettings {
  readonly program?: SmallProgram;
  readonly jobs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** In a process group of its own, so that it can be killed with its workers. */
export function startRunner(bundle: Bundle, folder: string, settings: RunnerSettings = {}): Runner {
  const { program = {}, jobs = 2 } = settings;
  return start([bundle.runner, folder, bundle.worker, JSON.stringify({ program, jobs })], settings);
}

/** `fslrun gc` on the store of the folder; `again`: until it gets SIGINT. */
export function startCollector(
  bundle: Bundle,
  folder: string,
  settings: { readonly olderThan?: number; readonly again?: boolean; readonly fault?: string } = {},
): Runner {
  const { fault, ...limits } = settings;
  const env = fault === undefined ? {} : { FSL_FAULT: fault };
  return start([bundle.collector, folder, JSON.stringify(limits)], { env });
}

function start(command: readonly string[], { env = {}, cwd }: Pick<RunnerSettings, 'env' | 'cwd'>): Runner {
  const child = spawn(process.execPath, command, {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  return { process: child, lines, ended };
}

export type Victim = 'runner' | 'worker' | 'runner and worker';

/** `kill -9`. */
export function kill({ process: child }: Runner, victim: Victim): void {
  const pid = child.pid ?? 0;
  const pids = victim === 'runner' ? [pid] : victim === 'runner and worker' ? [-pid] : childrenOf(pid);
  for (const each of pids) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // it has just ended by itself
    }
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
