// Plans and runs a pipeline over a folder's store, as the command does.
import { join } from 'node:path';
import type { Pipeline } from '../../../src/compiler/pipeline.ts';
import { createDigester } from '../../../src/runtime/digest-files.ts';
import type { Event, RunResult } from '../../../src/runtime/event.ts';
import { execute } from '../../../src/runtime/execute.ts';
import { localExecutor } from '../../../src/runtime/executors/local.ts';
import type { Executor } from '../../../src/runtime/executors/executor.ts';
import { faultFrom } from '../../../src/runtime/fault.ts';
import { planSteps, type Planned } from '../../../src/runtime/plan.ts';
import { openPrevious } from '../../../src/runtime/previous.ts';
import type { Capacity } from '../../../src/runtime/slots.ts';
import { ownIdentity } from '../../../src/stages/process-identity.ts';
import { openStore, type Store } from '../../../src/runtime/store.ts';
import { inProcessExecutor } from './in-process.ts';
import { logVariable } from './stages.ts';

export interface RunOptions {
  readonly folder: string;
  /** Of the worker's program; without one, steps run in this process. */
  readonly workerPath?: string;
  /** Default: `.fsl` in the folder. */
  readonly store?: string;
  readonly jobs?: number;
  /** Of a machine made up for the test. */
  readonly capacity?: Partial<Capacity>;
  readonly signal?: AbortSignal;
  readonly fault?: string | undefined;
  /** Where the stages count their runs. */
  readonly log?: string;
  readonly force?: boolean | readonly string[];
  readonly targets?: readonly string[];
  readonly keepGoing?: boolean;
  readonly device?: 'auto' | 'cpu' | 'gpu';
  readonly executor?: Executor;
  readonly emit?: (event: Event) => void;
  /** Told of every key that the runner looks up, before it does. */
  readonly looksUp?: (key: string) => void;
}

export function storeOf(folder: string): Store {
  return openStore(join(folder, '.fsl'));
}

type PlanChoices = Pick<RunOptions, 'folder' | 'store' | 'force' | 'targets' | 'device'>;

export function planOf(
  pipeline: Pipeline,
  { folder, force, targets, device, ...choices }: PlanChoices,
): Planned {
  const store = choices.store === undefined ? storeOf(folder) : openStore(choices.store);
  return planSteps(pipeline, store, {
    digests: createDigester(undefined),
    previous: openPrevious(store, join(folder, 'test.fsl')),
    builtinVersion: (name) => `${name}-1`,
    ...(force === undefined ? {} : { force }),
    ...(targets === undefined ? {} : { targets }),
    ...(device === undefined ? {} : { device }),
  });
}

export async function run(
  pipeline: Pipeline,
  options: RunOptions,
): Promise<{ readonly result: RunResult; readonly events: readonly Event[]; readonly planned: Planned }> {
  const planned = planOf(pipeline, options);
  return { ...(await runPlanned(planned, options)), planned };
}

/** A plan of some time ago. */
export async function runPlanned(
  planned: Planned,
  options: RunOptions,
): Promise<{ readonly result: RunResult; readonly events: readonly Event[] }> {
  const { folder, workerPath } = options;
  const events: Event[] = [];
  const env = {
    ...(options.log === undefined ? {} : { [logVariable]: options.log }),
    ...(options.fault === undefined ? {} : { FSL_FAULT: options.fault }),
  };
  const store = options.store === undefined ? storeOf(folder) : openStore(options.store);
  const result = await execute(planned, {
    store: {
      ...store,
      action: (key) => {
        options.looksUp?.(key);
        return store.action(key);
      },
    },
    digests: createDigester(undefined),
    programFile: join(folder, 'test.fsl'),
    executor:
      options.executor ??
      (workerPath === undefined ? inProcessExecutor(options.log) : localExecutor({ workerPath, env })),
    capacity: { steps: options.jobs ?? 2, cores: 64, memory: 64e9, gpus: 1, ...options.capacity },
    engine: { backend: 'reference', device: options.device ?? 'auto' },
    keepGoing: options.keepGoing ?? false,
    signal: options.signal ?? new AbortController().signal,
    own: ownIdentity(),
    versions: { fslrun: 'test' },
    env: {},
    fault: faultFrom(options.fault),
    builtinVersion: (name) => `${name}-1`,
    show: (path) => path.slice(folder.length + 1),
    now: () => Date.now(),
    emit: (event) => {
      events.push(event);
      options.emit?.(event);
    },
  });
  return { result, events };
}
