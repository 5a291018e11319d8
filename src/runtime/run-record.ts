// What happened in a run, kept for `fslrun runs` and pages, and what is happening now, for `fslrun status`: both made from
// events alone. Losing either harms no result.
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { Failure, type Diagnostic } from '../parser/diagnostic.ts';
import { readSealed, replaceFile, seal } from './durable.ts';
import type { Event, RunResult } from './event.ts';
import type { Plan, Planned } from './plan.ts';
import { programName } from './previous.ts';
import { newNonce } from './nonce.ts';
import type { Computation } from '../stages/stage.ts';
import { livenessOf, type ProcessIdentity } from '../stages/process-identity.ts';
import type { RunSettings } from './run-settings.ts';
import type { Store } from './store.ts';

export interface RunRecord {
  readonly version: 1;
  readonly id: string;
  /** Seen from the folder the store is in. */
  readonly program: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly finished: number;
  readonly plan: Plan;
  readonly steps: readonly RecordedStep[];
  readonly result: RunResult;
}

export interface RecordedStep {
  readonly id: string;
  readonly outcome: 'cached' | 'done' | 'failed' | 'skipped' | 'interrupted';
  readonly key?: string;
  readonly seconds?: number;
  readonly bytes?: number;
  /** Where it computed tensors, at what cost. */
  readonly computed?: Computation;
  readonly notes?: readonly string[];
  /** Codes and messages, without the sources they point into. */
  readonly problems?: readonly { readonly code: string; readonly message: string }[];
}

/** What a runner is doing. */
export interface Running {
  readonly run: string;
  readonly owner: ProcessIdentity;
  readonly program: string;
  readonly started: number;
  readonly steps: readonly { readonly id: string; readonly since: number }[];
  /** Steps finished or cached, and all. */
  readonly settled: number;
  readonly total: number;
}

export interface OpenRunRecord {
  readonly id: string;
  add(event: Event): void;
  /** From here on nothing is running any more. */
  close(): void;
}

interface Opening {
  readonly planned: Planned;
  readonly settings: RunSettings;
  readonly drafts: string;
  readonly started: number;
}

const statusEveryMs = 500;

export function openRunRecord({ planned, settings, drafts, started }: Opening): OpenRunRecord {
  const { store, own, now } = settings;
  const id = `${new Date(started).toISOString().replace(/[-:Z]/g, '')}-${newNonce().slice(0, 6)}`;
  const program = programName(store, settings.programFile);
  const steps = new Map<string, RecordedStep>();
  const notes = new Map<string, string[]>();
  const current = new Map<string, number>();
  const statusPath = store.path('running', `${id}.json`);
  const idle = planned.plan.summary.run + planned.plan.summary.pending === 0;
  let written = -Infinity;
  let later: NodeJS.Timeout | undefined;

  const showStatus = (): void => {
    later = undefined;
    written = now();
    const running: Running = {
      run: id,
      owner: own,
      program,
      started,
      steps: [...current].map(([step, since]) => ({ id: step, since })),
      settled: steps.size,
      total: planned.steps.length,
    };
    ifRoom(() => replaceFile(statusPath, JSON.stringify(running), drafts));
  };
  const showStatusSoon = (): void => {
    if (idle || later !== undefined) return;
    const wait = written + statusEveryMs - now();
    if (wait <= 0) showStatus();
    else later = setTimeout(showStatus, wait).unref();
  };
  const settle = (step: RecordedStep): void => {
    current.delete(step.id);
    const said = notes.get(step.id);
    steps.set(step.id, said === undefined ? step : { ...step, notes: said });
    showStatusSoon();
  };
  const told = (id: string, diagnostics: readonly Diagnostic[]): void => {
    const step = steps.get(id);
    if (step !== undefined) steps.set(id, { ...step, problems: diagnostics.map(problemOf) });
  };

  return {
    id,
    add: (event) => {
      switch (event.type) {
        case 'run-started':
          return showStatusSoon();
        case 'step-started':
          current.set(event.step, event.time);
          return showStatusSoon();
        case 'step-note':
          notes.set(event.step, [...(notes.get(event.step) ?? []), event.message]);
          return;
        case 'output-left':
          return told(event.step, event.diagnostics);
        case 'step-cached':
          return settle({ id: event.step, outcome: 'cached', key: event.key });
        case 'step-finished': {
          const { step, key, seconds, bytes, computed } = event;
          const trace = computed === undefined ? {} : { computed };
          return settle({ id: step, outcome: 'done', key, seconds, bytes, ...trace });
        }
        case 'step-failed':
          return settle({ id: event.step, outcome: 'failed', problems: event.diagnostics.map(problemOf) });
        case 'step-skipped':
          return settle({ id: event.step, outcome: 'skipped' });
        case 'step-interrupted':
          return settle({ id: event.step, outcome: 'interrupted' });
        case 'run-finished': {
          const record: RunRecord = {
            version: 1,
            id,
            program,
            params: Object.fromEntries(planned.pipeline.params.map(({ name, value }) => [name, value])),
            versions: settings.versions,
            started,
            finished: event.time,
            plan: planned.plan,
            steps: planned.steps.flatMap(({ step }) => steps.get(step.id) ?? []),
            result: event.result,
          };
          return ifRoom(() => replaceFile(store.path('runs', `${id}.json`), seal(record), drafts));
        }
        case 'step-progress':
        case 'step-waiting':
        case 'requirement':
          return;
        default:
          return event satisfies never;
      }
    },
    close: () => {
      clearTimeout(later);
      if (!idle) rmSync(statusPath, { force: true });
    },
  };
}

/** Ids of the runs, newest first. */
export function listRuns(store: Store): readonly string[] {
  return namesIn(store, 'runs').reverse();
}

/** Nothing where there is no such run, or its record is damaged. */
export function readRun(store: Store, id: string): RunRecord | undefined {
  const sealed = readSealed(store.path('runs', `${id}.json`));
  return sealed.state === 'whole' ? (sealed.record as RunRecord) : undefined; // sealed by `openRunRecord`
}

/** What living runners are doing on this store, oldest first. What dead ones left is passed over. */
export function listRunning(store: Store, own: ProcessIdentity): readonly Running[] {
  return namesIn(store, 'running').flatMap((name) => {
    const running = readRunning(store.path('running', `${name}.json`));
    return running === undefined || livenessOf(running.owner, own) === 'dead' ? [] : [running];
  });
}

/** Removes what dead runners said they were doing. */
export function sweepRunning(store: Store, own: ProcessIdentity): void {
  for (const path of deadRunning(store, own)) rmSync(path, { force: true });
}

export function deadRunning(store: Store, own: ProcessIdentity): readonly string[] {
  const paths = namesIn(store, 'running').map((name) => store.path('running', `${name}.json`));
  return paths.filter((path) => {
    const running = readRunning(path);
    return running !== undefined && livenessOf(running.owner, own) === 'dead';
  });
}

function namesIn(store: Store, folder: string): string[] {
  try {
    const files = readdirSync(store.path(folder)).filter((name) => /^[^.].*\.json$/.test(name));
    return files.map((name) => name.slice(0, -'.json'.length)).sort();
  } catch {
    return []; // no store yet
  }
}

function readRunning(path: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Running; // renamed into place as a whole by `openRunRecord`
  } catch {
    return undefined; // it has just ended
  }
}

function problemOf({ code, message }: Diagnostic): { readonly code: string; readonly message: string } {
  return { code, message };
}

/** Records are not worth failing a run for. */
function ifRoom(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}
