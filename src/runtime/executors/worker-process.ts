// A process of the worker's program: how it is started, spoken to and how its end is told. Knows nothing of what is said.
import { memoryVariables } from './worker-memory.ts';

export interface WorkerProcessSettings {
  /** The program of a worker. */
  readonly workerPath: string;
  readonly args?: readonly string[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface WorkerProcess<Sent, Heard> {
  /** One that is gone hears nothing, and is noticed by its end. */
  readonly send: (message: Sent) => void;
  /** Replaced by whoever speaks with it. */
  listener: (message: Heard) => void;
  readonly kill: (signal: 'SIGTERM' | 'SIGKILL') => void;
  readonly ended: Promise<Ending>;
  /** The last lines it printed. */
  readonly last: () => string;
}

export interface Ending {
  /** `was killed by SIGKILL` */
  readonly how: string;
  /** By the signal of Ctrl-C. */
  readonly interrupted: boolean;
}

const keptOutput = 2_000;

export async function startWorker<Sent extends object, Heard>({
  workerPath,
  args = [],
  env = {},
}: WorkerProcessSettings): Promise<WorkerProcess<Sent, Heard>> {
  const { execaNode } = await import('execa'); // not loaded as long as everything is cached
  const child = execaNode(workerPath, args, {
    ipc: true,
    serialization: 'json',
    nodeOptions: [],
    env: { ...memoryVariables(process.env), ...env },
    stdin: 'ignore',
    buffer: false,
    reject: false,
    forceKillAfterDelay: false,
  });
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString('utf8')).slice(-keptOutput);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const worker: WorkerProcess<Sent, Heard> = {
    send: (message) => child.send(message, () => undefined),
    listener: () => undefined,
    kill: (signal) => void child.kill(signal),
    last: () => printed.trim(),
    ended: child.then(({ signal, exitCode }) => ({
      how: signal === undefined ? `ended with code ${exitCode ?? 'unknown'}` : `was killed by ${signal}`,
      interrupted: signal === 'SIGINT',
    })),
  };
  child.on('message', (message) => worker.listener(message as Heard)); // the worker is the same program
  return worker;
}
