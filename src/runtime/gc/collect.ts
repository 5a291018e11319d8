// `fslrun gc` on a store: looks, judges, and unless it is only asked what would go, removes. One at a time on a store; runs may go on beside it.
import { rmSync } from 'node:fs';
import type { ProcessIdentity } from '../../stages/process-identity.ts';
import { Failure, type Diagnostic } from '../../parser/diagnostic.ts';
import { openAttempts } from '../attempt.ts';
import { isClaim, openClaims, type Claim, type Claims, type Holder } from '../claim.ts';
import type { Fault } from '../fault.ts';
import type { Store } from '../store.ts';
import { choose, type Choice, type Limits, type Removal } from './choose.ts';
import { takeInventory, type Inventory } from './inventory.ts';
import { lastUses, type Uses } from './last-uses.ts';
import { looseItems } from './loose-items.ts';
import { removeChosen, type Removed } from './remove.ts';
import { gcClaim, putBackAll } from './trash.ts';

export interface Collecting {
  readonly store: Store;
  readonly own: ProcessIdentity;
  readonly limits: Limits;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly fault: Fault;
  /** Told who else is freeing the store. */
  readonly waiting: (holder: Holder) => void;
}

export interface Judged {
  readonly inventory: Inventory;
  readonly uses: Uses;
  readonly choice: Choice;
}

/** Writes nothing. Throws what the file system says. */
export async function judgeStore({
  store,
  own,
  limits,
  now,
}: Omit<Collecting, 'signal' | 'fault' | 'waiting'>): Promise<Judged> {
  const time = now();
  const uses = lastUses(store, own, time); // first: what is used from now on shows when it is looked again
  const inventory = await takeInventory(store, own, time);
  return { inventory, uses, choice: choose(inventory, uses, limits, time) };
}

/** Nothing where it was interrupted before it began. Throws `Failure`, and what the file system says. */
export async function collectGarbage(
  collecting: Collecting,
): Promise<(Judged & { readonly removed: Removed }) | undefined> {
  const { store, own, now, signal, fault } = collecting;
  const early: Removal[] = [];
  const withRoom = <T>(open: () => T): T => {
    try {
      return open();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      early.push(...makeRoom(store, own, now()));
    }
    try {
      return open();
    } catch (error) {
      throw isDiskFull(error) ? new Failure(...error.diagnostics.map(withoutItself)) : error;
    }
  };
  withRoom(() => store.create());
  const attempts = withRoom(() => openAttempts(store, own));
  try {
    const claims = openClaims(store, attempts.drafts, own, now);
    const claim = await onlyOne({ ...claims, take: (key) => withRoom(() => claims.take(key)) }, collecting);
    if (claim === undefined) return undefined;
    try {
      putBackAll(store, now());
      const judged = await judgeStore(collecting);
      const { inventory, uses, choice } = judged;
      const settings = { store, own, inventory, uses, now, signal, fault, drafts: attempts.drafts };
      const removed = await removeChosen(choice.removals, settings);
      return { ...judged, removed: { ...removed, done: [...early, ...removed.done] } };
    } finally {
      claim.release();
    }
  } finally {
    await attempts.close();
  }
}

/** The claim, once no other gc is at work; nothing where it was interrupted before. */
async function onlyOne(claims: Claims, { signal, waiting }: Collecting): Promise<Claim | undefined> {
  let told = false;
  while (!signal.aborted) {
    const claim = claims.take(gcClaim);
    if (isClaim(claim)) return claim;
    if (!told) waiting(claim);
    told = true;
    await claims.wait(gcClaim, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  return undefined;
}

/**
 * A disk may be too full to say that it is being freed: what nobody needs goes first, and what is remembered of data files and costs
 * nothing to find out again.
 */
function makeRoom(store: Store, own: ProcessIdentity, now: number): readonly Removal[] {
  rmSync(store.path('cache', 'digests.json'), { force: true });
  return looseItems(store, own, now).flatMap((item): readonly Removal[] => {
    const why = item.kind === 'facts' ? 'no-room' : item.garbage;
    if (why === undefined) return [];
    rmSync(item.path, { recursive: true, force: true });
    return [{ type: 'loose', item, why }];
  });
}

function isDiskFull(error: unknown): error is Failure {
  return error instanceof Failure && error.diagnostics[0]?.code === 'disk-full';
}

/** `fslrun gc` is no help to itself. */
function withoutItself(problem: Diagnostic): Diagnostic {
  return { ...problem, hint: 'remove something else from that disk: gc needs room for a few small files' };
}
