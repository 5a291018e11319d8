// Runs jobs in this process, through the worker's own code: for tests that are not about processes.
import type { Executor, JobOutcome, JobRequest } from '../../../src/runtime/executors/executor.ts';
import { noFault } from '../../../src/runtime/fault.ts';
import { serveJobs } from '../../../src/runtime/serve-jobs.ts';
import type { WorkerMessage } from '../../../src/runtime/worker-message.ts';
import type { StageDefinition } from '../../../src/stages/stage.ts';
import { logVariable, stages } from './stages.ts';

/** `log`: where the stages count their runs. */
export function inProcessExecutor(
  log: string | undefined,
  kinds: readonly StageDefinition[] = Object.values(stages()),
): Executor {
  const requests = new Map<number, { request: JobRequest; resolve: (outcome: JobOutcome) => void }>();
  let receive: (message: unknown) => void = () => undefined;
  let count = 0;
  serveJobs({
    kind: (name) => kinds.find((kind) => kind.name === name),
    plugin: () => Promise.resolve([]),
    env: {},
    fault: noFault,
    channel: {
      on: (event: string, listener: (message: unknown) => void) => {
        if (event === 'message') receive = listener;
      },
      send: (message: WorkerMessage) => answer(JSON.parse(JSON.stringify(message)) as WorkerMessage),
      exit: () => {
        throw new Error('a worker in this process cannot exit');
      },
    },
  });
  return {
    run: (request) =>
      new Promise((resolve) => {
        if (log === undefined)
          delete process.env[logVariable]; // that of another run may be gone
        else process.env[logVariable] = log;
        count += 1;
        requests.set(count, { request, resolve });
        receive(JSON.parse(JSON.stringify({ type: 'job', id: count, ...request.job })));
      }),
    close: () => Promise.resolve(),
  };

  function answer(message: WorkerMessage): void {
    const asked = requests.get(message.id);
    if (asked === undefined) throw new Error('an answer without a question');
    const { request, resolve } = asked;
    if (message.type === 'progress') request.progress(message.progress);
    else if (message.type === 'note') request.note(message.message);
    else if (message.type === 'using') request.using(message.device);
    else if (message.type === 'keeps-checkpoints') return;
    else if (message.type === 'finished') resolve({ state: 'finished', result: message.result });
    else resolve({ state: 'failed', failure: message.failure });
  }
}
