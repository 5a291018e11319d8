// Runs jobs in worker processes of this machine: started when first needed, used again, stopped on demand and with the runner.
import type { Executor, JobOutcome, JobRequest } from './executor.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';
import type { Job, RunnerMessage, WorkerMessage } from '../worker-message.ts';

export interface LocalSettings {
  /** The program of a worker. */
  readonly workerPath: string;
  /** Added to the environment of the workers. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Worker extends Pick<WorkerProcess<RunnerMessage, never>, 'send' | 'last' | 'ended'> {
  /** Replaced for every job. */
  listener: (message: WorkerMessage) => void;
  /** SIGTERM, and SIGKILL for one that does not end; later where its job keeps checkpoints. */
  stop(): void;
  keeps: boolean;
  /** A process computes with one. */
  readonly precision: Job['engine']['precision'];
}

const killAfterMs = 1_500;
const killKeepingAfterMs = 12_000;
/** Ctrl-C reaches the runner and its workers alike; one that was only starting dies of it, perhaps before the runner knows. */
const interruptKnownAfterMs = 500;

export function localExecutor({ workerPath, env = {} }: LocalSettings): Executor {
  const all = new Set<Worker>();
  const idle: Worker[] = [];
  let count = 0;

  return {
    run: async (request) => {
      if (request.signal.aborted) return { state: 'stopped' };
      const { precision } = request.job.engine;
      const known = idle.findLastIndex((one) => one.precision === precision);
      const [worker = await start(precision)] = known === -1 ? [] : idle.splice(known, 1);
      count += 1;
      const outcome = await work(worker, { type: 'job', id: count, ...request.job }, request);
      if (outcome.state === 'finished' || outcome.state === 'failed') idle.push(worker);
      return outcome;
    },
    close: async () => {
      const workers = [...all];
      for (const worker of workers) worker.stop();
      await Promise.all(workers.map(({ ended }) => ended));
    },
  };

  async function start(precision: Worker['precision']): Promise<Worker> {
    const child = await startWorker<RunnerMessage, WorkerMessage>({ workerPath, env });
    const worker: Worker = {
      send: child.send,
      last: child.last,
      ended: child.ended.then((ending) => {
        all.delete(worker);
        const at = idle.indexOf(worker);
        if (at !== -1) idle.splice(at, 1);
        return ending;
      }),
      listener: () => undefined,
      keeps: false,
      precision,
      stop: () => {
        child.kill('SIGTERM');
        const after = worker.keeps ? killKeepingAfterMs : killAfterMs;
        const timer = setTimeout(() => child.kill('SIGKILL'), after).unref();
        void worker.ended.then(() => clearTimeout(timer));
      },
    };
    child.listener = (told) => {
      if (told.type === 'keeps-checkpoints') worker.keeps = true;
      worker.listener(told);
    };
    all.add(worker);
    return worker;
  }
}

async function work(worker: Worker, job: Job, request: JobRequest): Promise<JobOutcome> {
  const { signal, timeout } = request;
  return new Promise((resolve) => {
    let stopped: 'timeout' | 'stopped' | undefined;
    const halt = (why: 'timeout' | 'stopped') => (): void => {
      stopped ??= why;
      worker.stop();
    };
    const timer = timeout === undefined ? undefined : setTimeout(halt('timeout'), timeout * 1000);
    const abort = halt('stopped');
    signal.addEventListener('abort', abort, { once: true });
    const settle = (outcome: JobOutcome): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      worker.listener = () => undefined;
      resolve(outcome);
    };
    void worker.ended.then(async ({ how, interrupted }) => {
      if (interrupted && stopped === undefined) await aborted(signal, interruptKnownAfterMs);
      settle(stopped === undefined ? { state: 'died', how, last: worker.last() } : { state: stopped });
    });
    worker.listener = (message) => {
      if (message.id !== job.id || stopped !== undefined) return;
      switch (message.type) {
        case 'progress':
          return request.progress(message.progress);
        case 'note':
          return request.note(message.message);
        case 'using':
          return request.using(message.device);
        case 'keeps-checkpoints':
          return;
        case 'finished':
          return settle({ state: 'finished', result: message.result });
        case 'failed':
          return settle({ state: 'failed', failure: message.failure });
        default:
          return message satisfies never;
      }
    };
    worker.keeps = false;
    worker.send(job);
  });
}

/** Resolves once the signal aborts, or after a while. */
async function aborted(signal: AbortSignal, withinMs: number): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, withinMs);
    signal.addEventListener('abort', done, { once: true });
  });
}
