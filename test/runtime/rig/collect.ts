// Frees the store of a folder, as the command does.
import { collectGarbage, judgeStore, type Judged } from '../../../src/runtime/gc/collect.ts';
import type { Limits, Removal } from '../../../src/runtime/gc/choose.ts';
import type { Removed } from '../../../src/runtime/gc/remove.ts';
import { faultFrom, type Fault } from '../../../src/runtime/fault.ts';
import { ownIdentity } from '../../../src/stages/process-identity.ts';
import { storeOf } from './run.ts';

export interface CollectOptions {
  readonly limits?: Limits;
  /** Milliseconds since the epoch; default the clock. */
  readonly now?: number;
  readonly signal?: AbortSignal;
  readonly fault?: Fault | string;
}

export async function collect(
  folder: string,
  { limits = {}, now, signal, fault }: CollectOptions = {},
): Promise<Judged & { readonly removed: Removed }> {
  const collected = await collectGarbage({
    store: storeOf(folder),
    own: ownIdentity(),
    limits,
    now: () => now ?? Date.now(),
    signal: signal ?? new AbortController().signal,
    fault: typeof fault === 'function' ? fault : faultFrom(fault),
    waiting: () => undefined,
  });
  if (collected === undefined) throw new Error('it was interrupted before it began');
  return collected;
}

/** What would go. */
export function judge(folder: string, limits: Limits = {}): Promise<Judged> {
  return judgeStore({ store: storeOf(folder), own: ownIdentity(), limits, now: () => Date.now() });
}

/** `result fit unused`, sorted. */
export function told(removals: readonly Removal[]): readonly string[] {
  return removals
    .map((one) => {
      if (one.type === 'loose') return `${one.item.kind} ${one.why}`;
      return one.type === 'result' ? `result ${one.result.kind} ${one.why}` : `${one.type} ${one.why}`;
    })
    .sort();
}
