// Which results are in use, and when each was used last: from the records of runs, of programs, and of runners that are at work. A later
// run that took a result from the store has used it then.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ProcessIdentity } from '../../stages/process-identity.ts';
import { listAttempts, usesOf } from '../attempt.ts';
import { listPrograms } from '../previous.ts';
import { listRunning, listRuns, readRun } from '../run-record.ts';
import type { Store } from '../store.ts';
import { listFolder } from './list-folder.ts';

export interface Uses {
  /** By key, in milliseconds since the epoch. */
  readonly last: ReadonlyMap<string, number>;
  /** By key: what the result was in the last run that used it. */
  readonly names: ReadonlyMap<string, StepName>;
  /** Keys that the newest run of a program needs. */
  readonly newest: ReadonlySet<string>;
  /** Programs whose newest run counts. */
  readonly programs: readonly string[];
  /** Keys and digests that runners at work use. */
  readonly running: ReadonlySet<string>;
  /** Runners at work, and since when the first of them is. */
  readonly runners: number;
  readonly since: number;
  /** Whether there is a sign of a runner on another machine, of which not everything is seen at once. */
  readonly shared: boolean;
  /** Ids of the runs that were read. */
  readonly runs: ReadonlySet<string>;
}

export interface StepName {
  readonly program: string;
  readonly step: string;
}

/** Throws what the file system says. */
export function lastUses(store: Store, own: ProcessIdentity, now: number): Uses {
  const last = new Map<string, number>();
  const names = new Map<string, StepName>();
  const newest = new Set<string>();
  const programs = new Set<string>();
  listFolder(store.path('runs')); // throws where it cannot be read: then nothing is known to be unused
  const runs = listRuns(store);
  for (const id of runs) {
    const run = readRun(store, id);
    if (run === undefined) continue;
    const { program, finished, steps } = run;
    const counts = !programs.has(program) && isThere(store, program);
    if (counts) programs.add(program);
    for (const { id: step, key } of steps) {
      if (key === undefined) continue;
      last.set(key, Math.max(finished, last.get(key) ?? 0));
      if (!names.has(key)) names.set(key, { program, step });
      if (counts) newest.add(key);
    }
  }
  // What a run of some stages of a program has left as it was, too.
  for (const { program, keys } of listPrograms(store))
    if (isThere(store, program)) {
      programs.add(program);
      for (const key of keys) newest.add(key);
    }
  const running = listRunning(store, own);
  const owners = runnersAtWork(store, own, now);
  return {
    last,
    names,
    newest,
    programs: [...programs].sort(),
    running: usesNow(store, own, now),
    runners: running.length,
    since: Math.min(now, ...running.map(({ started }) => started)),
    shared: owners.some(({ owner }) => owner !== undefined && owner.host !== own.host),
    runs: new Set(runs),
  };
}

/** Keys and digests that runners at work use: said before they look for them. */
export function usesNow(store: Store, own: ProcessIdentity, now: number): ReadonlySet<string> {
  return new Set(runnersAtWork(store, own, now).flatMap(usesOf));
}

function runnersAtWork(store: Store, own: ProcessIdentity, now: number): ReturnType<typeof listAttempts> {
  return listAttempts(store, own, now).filter(({ abandoned }) => !abandoned);
}

/** A program beside the store whose file is gone has no newest run; of others it cannot be known from here. */
function isThere(store: Store, program: string): boolean {
  return program.startsWith('../') || existsSync(resolve(dirname(store.directory), program));
}
