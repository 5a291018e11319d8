// Earlier runs on a store, newest first: with what parameters, how they ended, what was cached.
import { removedAmong } from '../gc/removed-results.ts';
import { counted, duration } from '../report/quantity.ts';
import { textTable } from '../report/text-table.ts';
import { listRuns, readRun, type RunRecord } from '../run-record.ts';
import { openStore } from '../store.ts';
import { exitCodes, paintFor, type Context } from './context.ts';
import type { ColourFlags } from './options.ts';
import { storeDirectory } from './store-directory.ts';

export interface RunsFlags extends ColourFlags {
  readonly store?: string;
  readonly json?: boolean;
}

const newest = 20;

export function tellRuns({ host }: Context, flags: RunsFlags): number {
  const store = openStore(storeDirectory(host.cwd, host, flags.store));
  const ids = listRuns(store);
  const wanted = flags.json === true ? ids : ids.slice(0, newest);
  const runs = wanted.flatMap((id) => readRun(store, id) ?? []);
  const removedOf = removedAmong(store);
  const removed = (steps: RunRecord['steps']): ReadonlySet<string> =>
    new Set(removedOf(steps.flatMap(({ key }) => key ?? [])));
  if (flags.json === true) {
    const plain = runs.map(({ plan: _, steps, ...run }) => {
      const gone = removed(steps);
      return {
        ...run,
        steps: steps.map((step) => (gone.has(step.key ?? '') ? { ...step, removed: true } : step)),
      };
    });
    host.stdout.write(`${JSON.stringify({ version: 1, runs: plain }, null, 2)}\n`);
    return exitCodes.done;
  }
  if (runs.length === 0) {
    host.stdout.write('No runs yet.\n');
    return exitCodes.done;
  }
  const rows = runs.map(({ id, program, params, steps, result }) => [
    id,
    program,
    result.outcome,
    `${result.executed} run, ${result.cached} cached`,
    duration(result.seconds),
    removed(steps).size === 0 ? '' : counted(removed(steps).size, 'result'),
    Object.entries(params)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(' '),
  ]);
  const heads = ['run', 'program', 'outcome', 'steps', 'time', 'removed by gc', 'parameters'].map((head) => ({
    head,
  }));
  host.stdout.write(`${textTable(heads, rows, paintFor(host.stdout, host, flags)).join('\n')}\n`);
  return exitCodes.done;
}
