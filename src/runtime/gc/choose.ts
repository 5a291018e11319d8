// What of a store goes and what stays. Pure: made from what was found and from who uses it. A result never goes before one that was made
// from it, so of everything that stays, what it was made from stays too.
import type { Inventory, StoredResult } from './inventory.ts';
import type { Uses } from './last-uses.ts';
import type { LooseItem, WhyGarbage } from './loose-items.ts';

export interface Limits {
  /** Milliseconds: what nobody has used for so long goes. */
  readonly olderThan?: number;
  /** Bytes that the store may have; what is unused for longest goes first. */
  readonly maxSize?: number;
}

export type Why =
  | WhyGarbage
  /** No result consists of it. */
  | 'unreferenced'
  /** A record that is not as it was written. */
  | 'damaged'
  /** A part of the result is lost, so that it cannot be used. */
  | 'incomplete'
  /** For longer than `olderThan`. */
  | 'unused'
  /** The store is larger than `maxSize`. */
  | 'over-size'
  /** The disk was too full to begin. */
  | 'no-room';

export type Removal =
  | { readonly type: 'loose'; readonly item: LooseItem; readonly why: Why }
  | { readonly type: 'object'; readonly digest: string; readonly bytes: number; readonly why: 'unreferenced' }
  | { readonly type: 'record'; readonly key: string; readonly bytes: number; readonly why: 'damaged' }
  | ResultRemoval;

export interface ResultRemoval {
  readonly type: 'result';
  readonly result: StoredResult;
  readonly used: number;
  readonly why: Why;
  /** Objects that no other result needs any more, with the record. */
  readonly digests: readonly string[];
  readonly bytes: number;
}

export interface Choice {
  /** In this order. */
  readonly removals: readonly Removal[];
  /** Bytes that will be left. */
  readonly left: number;
  readonly stays: Stays;
}

/** Results that no limit touches, and what they are needed for; the first that holds counts. */
export interface Stays {
  readonly running: number;
  readonly newest: number;
  /** Used since, or there is room. */
  readonly recent: number;
  /** Of their files. */
  readonly bytes: number;
}

interface Ranked {
  readonly result: StoredResult;
  readonly used: number;
  readonly reason: 'running' | 'newest' | 'recent';
}

/** An object that another machine has just written may have a record that is not seen yet. */
const unseenForMs = 3_600_000;

export function choose(inventory: Inventory, uses: Uses, limits: Limits, now: number): Choice {
  const removals: Removal[] = [];
  let left = inventory.size;
  const remove = (removal: Removal): void => {
    removals.push(removal);
    left -= bytesOfRemoval(removal);
  };

  const ranked = rankResults(inventory, uses);
  const references = new Map<string, number>();
  for (const { objects } of inventory.results.values())
    for (const digest of objects) references.set(digest, (references.get(digest) ?? 0) + 1);

  const garbage = inventory.loose.filter((item) => item.garbage !== undefined);
  for (const item of garbage) remove({ type: 'loose', item, why: item.garbage ?? 'abandoned' });
  for (const { name, size } of inventory.damaged)
    if (!uses.running.has(keyOf(name)))
      remove({ type: 'record', key: keyOf(name), bytes: size, why: 'damaged' });
  for (const [digest, { size, changed }] of inventory.objects) {
    const unseen = uses.shared && now - changed < unseenForMs;
    if (references.has(digest) || uses.running.has(digest) || unseen) continue;
    remove({ type: 'object', digest, bytes: size, why: 'unreferenced' });
  }

  const removeResult = ({ result, used }: Ranked, why: Why): void => {
    const digests = result.objects.filter((digest) => {
      const others = (references.get(digest) ?? 0) - 1;
      references.set(digest, others);
      return others === 0 && !uses.running.has(digest) && inventory.objects.has(digest);
    });
    const sizes = digests.map((digest) => inventory.objects.get(digest)?.size ?? 0);
    const bytes = sizes.reduce((sum, size) => sum + size, result.record.size);
    remove({ type: 'result', result, used, why, digests, bytes });
  };

  const kept = ranked.filter((one) => {
    const { result, reason } = one;
    const unseen = uses.shared && now - result.record.changed < unseenForMs;
    if (result.complete || result.linked || unseen || reason === 'running') return true;
    removeResult(one, 'incomplete');
    return false;
  });
  const loose = inventory.loose
    .filter((item) => item.garbage === undefined && isAged(item, uses))
    .sort((a, b) => b.used - a.used);
  const evictable = kept.findIndex(({ reason }) => reason === 'recent');
  const pinned = evictable === -1 ? kept.length : evictable;
  for (;;) {
    const oldest = kept.length > pinned ? kept.at(-1) : undefined;
    const item = loose.at(-1);
    const used = Math.min(oldest?.used ?? Infinity, item?.used ?? Infinity);
    if (used === Infinity) break;
    const unused = limits.olderThan !== undefined && now - used > limits.olderThan;
    const over = limits.maxSize !== undefined && left > limits.maxSize;
    if (!unused && !over) break;
    const why = unused ? 'unused' : 'over-size';
    if (item !== undefined && item.used === used) {
      loose.pop();
      remove({ type: 'loose', item, why });
    } else if (oldest !== undefined) {
      kept.pop();
      removeResult(oldest, why);
    }
  }
  return { removals, left, stays: staysOf(kept, inventory.objects) };
}

export function bytesOfRemoval(removal: Removal): number {
  return removal.type === 'loose' ? removal.item.bytes : removal.bytes;
}

export function keyOf(fileName: string): string {
  return fileName.replace(/\.json$/, '');
}

/**
 * The first are to be kept longest: what is in use, then what was used last, and of results used at the same time those that cost most
 * time a byte. Each stands behind what it was made from, or another result that is the same, whose use it is too.
 */
function rankResults({ results }: Inventory, uses: Uses): readonly Ranked[] {
  const own = [...results.values()].map((result): Ranked => {
    const { key, used, linked } = result;
    const last = Math.max(used, uses.last.get(key) ?? 0);
    if (uses.running.has(key)) return { result, used: last, reason: 'running' };
    return { result, used: last, reason: linked || uses.newest.has(key) ? 'newest' : 'recent' };
  });
  const order = { running: 0, newest: 1, recent: 2 } as const;
  own.sort(
    (a, b) =>
      order[a.reason] - order[b.reason] ||
      b.used - a.used ||
      costOf(b.result) - costOf(a.result) ||
      (a.result.key < b.result.key ? -1 : 1),
  );
  const ownOf = new Map(own.map((one) => [one.result.key, one]));
  const makers = new Map<string, string[]>(); // the first in this order first
  for (const { result } of own)
    for (const digest of result.gives) makers.set(digest, [...(makers.get(digest) ?? []), result.key]);
  const ranked: Ranked[] = [];
  const seen = new Set<string>();
  const placed = new Set<string>();
  for (const root of own) {
    // Depth first without recursion: a chain of results may be long. `entered` has its inputs above it on the stack.
    const stack = [{ key: root.result.key, entered: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const one = ownOf.get(top.key);
      if (one === undefined) continue;
      if (top.entered) {
        placed.add(top.key);
        ranked.push({ ...one, used: Math.max(one.used, root.used), reason: root.reason });
        continue;
      }
      if (seen.has(top.key)) continue;
      seen.add(top.key);
      stack.push({ key: top.key, entered: true });
      for (const digest of one.result.reads) {
        const known = makers.get(digest) ?? [];
        const next = known.some((key) => placed.has(key)) ? undefined : known.find((key) => !seen.has(key));
        if (next !== undefined) stack.push({ key: next, entered: false });
      }
    }
  }
  return ranked;
}

/** Seconds a byte. */
function costOf({ seconds, bytes }: StoredResult): number {
  return seconds / Math.max(1, bytes);
}

/** What may go by its age: caches that no run at work has used, and checkpoints that nobody goes on from now. */
function isAged({ kind, inUse, used }: LooseItem, { runners, since }: Uses): boolean {
  if (kind === 'checkpoint') return !inUse;
  return (kind === 'vectors' || kind === 'facts') && !(runners > 0 && used >= since);
}

function staysOf(kept: readonly Ranked[], objects: Inventory['objects']): Stays {
  const count = (wanted: Ranked['reason']): number => kept.filter(({ reason }) => reason === wanted).length;
  const digests = new Set(kept.flatMap(({ result }) => result.objects));
  let bytes = 0;
  for (const digest of digests) bytes += objects.get(digest)?.size ?? 0;
  return { running: count('running'), newest: count('newest'), recent: count('recent'), bytes };
}
