// Two earlier runs on a store side by side. Reads records; runs nothing.
import { standardRegistry } from '../../stages/standard-registry.ts';
import { removedAmong, removedResult } from '../gc/removed-results.ts';
import { runDifferenceJson, runDifferenceText } from '../report/run-difference-text.ts';
import { runDifference } from '../run-difference.ts';
import { listRuns, readRun, type RunRecord } from '../run-record.ts';
import { openStore, type Store } from '../store.ts';
import { exitCodes, paintFor, usage, type Context } from './context.ts';
import type { ColourFlags, OutputFlags } from './options.ts';
import { writeResult } from './result-output.ts';
import { storeDirectory } from './store-directory.ts';

export type DiffFlags = ColourFlags & OutputFlags<'text' | 'json'> & { readonly store?: string };

export function diffRuns(context: Context, before: string, after: string, flags: DiffFlags): number {
  const { host } = context;
  const store = openStore(storeDirectory(host.cwd, host, flags.store));
  const registry = standardRegistry();
  const difference = runDifference(runNamed(context, store, before), runNamed(context, store, after), {
    partsOf: (key) => {
      const found = store.action(key);
      return found.state === 'found' ? found.action.parts : removedResult(store, key)?.parts;
    },
    removed: removedAmong(store),
    optionKind: (stage, option) => registry.kind(stage)?.options[option]?.kind,
  });
  const paint = paintFor(host.stdout, host, { color: flags.color && flags.output === undefined });
  const text = flags.format === 'json' ? runDifferenceJson(difference) : runDifferenceText(difference, paint);
  writeResult(context, text, flags.output);
  return exitCodes.done;
}

/** By its id, or as much of its beginning or end as no other run has. */
function runNamed(context: Context, store: Store, asked: string): RunRecord {
  const ids = listRuns(store);
  const [id, other] = ids.includes(asked)
    ? [asked]
    : ids.filter((one) => one.startsWith(asked) || one.endsWith(asked));
  const record = id === undefined || other !== undefined ? undefined : readRun(store, id);
  if (record !== undefined) return record;
  throw usage(context, asked, {
    message:
      other === undefined
        ? `there is no run \`${asked}\` on this store`
        : `\`${asked}\` is the beginning or the end of several runs`,
    hint:
      other === undefined
        ? '`fslrun runs` lists them; `--store` says where'
        : `write more of it: \`${id ?? ''}\` or \`${other}\``,
  });
}
