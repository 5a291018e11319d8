// Frees a store, or tells what would go. Ctrl-C ends it after what is just being removed.
import { existsSync, readdirSync } from 'node:fs';
import { Failure } from '../../parser/diagnostic.ts';
import { ownIdentity } from '../../stages/process-identity.ts';
import { faultFrom } from '../fault.ts';
import { collectGarbage, judgeStore, type Collecting } from '../gc/collect.ts';
import { gcJson } from '../report/gc-json.ts';
import { gcText, type GcReport } from '../report/gc-text.ts';
import { openStore, unusable, type Store } from '../store.ts';
import { exitCodes, paintFor, usage, type Context } from './context.ts';
import type { ColourFlags } from './options.ts';
import { shownPath } from './shown-path.ts';
import { storeDirectory } from './store-directory.ts';

export interface GcFlags extends ColourFlags {
  readonly store?: string;
  /** Milliseconds. */
  readonly olderThan?: number;
  /** Bytes. */
  readonly maxSize?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export async function freeStore(context: Context, flags: GcFlags): Promise<number> {
  const { host } = context;
  const store = openStore(storeDirectory(host.cwd, host, flags.store));
  const shown = shownPath(store.directory, host.cwd);
  if (!isStore(context, store, shown)) {
    tell(context, flags, { store: shown, dryRun: flags.dryRun === true, limits: {}, outcome: 'no-store' });
    return exitCodes.done;
  }
  const stop = new AbortController();
  const release = host.onInterrupt(() => {
    if (stop.signal.aborted) return host.exit(exitCodes.interrupted);
    host.stderr.write('Interrupted: stopping after what is just being removed; Ctrl-C again ends at once.\n');
    stop.abort();
  });
  try {
    const report = await freed(context, flags, store, shown, stop.signal);
    tell(context, flags, report);
    const { outcome } = report;
    if (outcome === 'no-store') return exitCodes.done;
    if (outcome === 'interrupted' || outcome.removed?.interrupted === true) return exitCodes.interrupted;
    return (outcome.removed?.failed.length ?? 0) > 0 ? exitCodes.failed : exitCodes.done;
  } catch (error) {
    throw error instanceof Failure ? error : unusable(store.directory, error);
  } finally {
    release();
  }
}

async function freed(
  { host }: Context,
  { olderThan, maxSize, dryRun = false }: GcFlags,
  store: Store,
  shown: string,
  signal: AbortSignal,
): Promise<GcReport> {
  const limits = {
    ...(olderThan === undefined ? {} : { olderThan }),
    ...(maxSize === undefined ? {} : { maxSize }),
  };
  const collecting: Collecting = {
    store,
    own: ownIdentity(),
    limits,
    now: () => host.now(),
    signal,
    fault: faultFrom(host.env['FSL_FAULT']),
    waiting: ({ pid, host: where }) =>
      host.stderr.write(`Another gc is at work on this store: process ${pid} on ${where}. Waiting for it.\n`),
  };
  const outcome = dryRun ? await judgeStore(collecting) : await collectGarbage(collecting);
  return { store: shown, dryRun, limits, outcome: outcome ?? 'interrupted' };
}

function tell({ host }: Context, flags: GcFlags, report: GcReport): void {
  host.stdout.write(
    flags.json === true ? gcJson(report) : gcText(report, paintFor(host.stdout, host, flags)),
  );
}

/** Whether there is a store. Throws `Failure` for a folder that is something else: nothing in it is ours to remove. */
function isStore(context: Context, store: Store, shown: string): boolean {
  if (existsSync(store.path('format'))) return true;
  if (!existsSync(store.directory) || readdirSync(store.directory).length === 0) return false;
  throw usage(context, shown, {
    message: `\`${shown}\` is not a store of FSL: it has no file \`format\``,
    hint: 'nothing was removed; `--store` and FSL_STORE say where the store is',
  });
}
