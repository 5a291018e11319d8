// What gc chooses, for any store, any use and any limits: nothing that is needed goes, and no more than was asked for.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choose, type Choice, type Limits } from '../../../src/runtime/gc/choose.ts';
import type { Inventory, StoredResult } from '../../../src/runtime/gc/inventory.ts';
import type { Uses } from '../../../src/runtime/gc/last-uses.ts';
import type { Entry } from '../../../src/runtime/gc/list-folder.ts';
import type { LooseItem } from '../../../src/runtime/gc/loose-items.ts';

const now = 1_000_000;

/** Results that read what earlier ones give, some of which are the same; objects that several have, and some that nobody has. */
interface Sketch {
  readonly results: readonly {
    readonly objects: readonly number[];
    /** As the one before gives, where that reads the same. */
    readonly same: boolean;
    readonly reads: readonly number[];
    readonly used: number;
    readonly seconds: number;
    readonly lost: boolean;
    readonly linked: boolean;
  }[];
  readonly sizes: readonly number[];
  readonly running: readonly number[];
  readonly newest: readonly number[];
  readonly runs: readonly (readonly [number, number])[];
  readonly cache: readonly number[];
}

const index = fc.nat(19);
const sketch: fc.Arbitrary<Sketch> = fc.record({
  results: fc.array(
    fc.record({
      objects: fc.uniqueArray(index, { maxLength: 4 }),
      same: fc.boolean(),
      reads: fc.array(index, { maxLength: 3 }),
      used: fc.nat(now),
      seconds: fc.nat(100),
      lost: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      linked: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
    }),
    { maxLength: 20 },
  ),
  sizes: fc.array(fc.nat(5000), { minLength: 20, maxLength: 20 }),
  running: fc.array(index, { maxLength: 4 }),
  newest: fc.array(index, { maxLength: 4 }),
  runs: fc.array(fc.tuple(index, fc.nat(now)), { maxLength: 6 }),
  cache: fc.array(fc.nat(now), { maxLength: 4 }),
});

const limits: fc.Arbitrary<Limits> = fc.record(
  { olderThan: fc.nat(now), maxSize: fc.nat(60_000) },
  { requiredKeys: [] },
);

const digest = (n: number): string => `object ${n}`;
const key = (n: number): string => `key ${n}`;

function entry(name: string, size: number): Entry {
  return { name, path: name, type: 'file', size, modified: 0, changed: 0, state: '' };
}

function storeOf({ results, sizes, running, newest, runs, cache }: Sketch): {
  readonly inventory: Inventory;
  readonly uses: Uses;
} {
  const objects = new Map(sizes.map((size, i) => [digest(i), entry(digest(i), size)]));
  const readsOf = (i: number): readonly number[] =>
    results[i]?.same === true && i > 0 ? readsOf(i - 1) : (results[i]?.reads ?? []).filter((n) => n < i);
  const givesOf = (i: number): number => (results[i]?.same === true && i > 0 ? givesOf(i - 1) : i);
  const stored = results.map((one, i): StoredResult => {
    const digests = one.objects.map(digest);
    return {
      key: key(i),
      kind: 'fit',
      seconds: one.seconds,
      used: one.used,
      record: entry(`${key(i)}.json`, 10),
      objects: digests,
      bytes: digests.reduce((sum, name) => sum + (objects.get(name)?.size ?? 0), 0),
      gives: [`artifact ${givesOf(i)}`],
      reads: readsOf(i).map((n) => `artifact ${givesOf(n)}`),
      complete: !one.lost,
      linked: one.linked,
    };
  });
  const loose = cache.map((used, i): LooseItem => {
    return { kind: 'vectors', path: `block ${i}`, bytes: 100, files: 1, used, inUse: false };
  });
  const size = sizes.reduce((sum, one) => sum + one, 0) + 10 * stored.length + 100 * cache.length;
  return {
    inventory: {
      results: new Map(stored.map((one) => [one.key, one])),
      objects,
      damaged: [],
      loose,
      size,
      foreign: [],
    },
    uses: {
      last: new Map(runs.map(([n, time]) => [key(n), time])),
      names: new Map(),
      newest: new Set(newest.map(key)),
      programs: [],
      running: new Set(running.map(key)),
      runners: 0,
      since: now,
      shared: false,
      runs: new Set(),
    },
  };
}

function keptBy(inventory: Inventory, { removals }: Choice): readonly StoredResult[] {
  const gone = new Set(removals.flatMap((one) => (one.type === 'result' ? [one.result.key] : [])));
  return [...inventory.results.values()].filter((one) => !gone.has(one.key));
}

function objectsRemoved({ removals }: Choice): readonly string[] {
  return removals.flatMap((one) =>
    one.type === 'object' ? [one.digest] : one.type === 'result' ? one.digests : [],
  );
}

function check(given: Sketch, asked: Limits): void {
  const { inventory, uses } = storeOf(given);
  const choice = choose(inventory, uses, asked, now);
  const kept = keptBy(inventory, choice);
  const keys = new Set(kept.map((one) => one.key));
  const removed = objectsRemoved(choice);
  const byKey = [...inventory.results.values()];

  // What is in use stays, and so does what a link leads to.
  for (const one of byKey) {
    if (uses.running.has(one.key) || one.linked) expect(keys).toContain(one.key);
    if (uses.newest.has(one.key) && one.complete) expect(keys).toContain(one.key);
  }
  // Each object goes once, and none that a result that stays consists of.
  expect(new Set(removed).size).toBe(removed.length);
  for (const one of kept) for (const name of one.objects) expect(removed).not.toContain(name);
  // What a result that stays was made from stays, too, or another result that is the same; but what is lost cannot be kept.
  for (const one of kept)
    for (const artifact of one.reads) {
      const makers = byKey.filter(({ gives, complete }) => complete && gives.includes(artifact));
      const lost = byKey.some(({ gives, complete }) => !complete && gives.includes(artifact));
      if (makers.length > 0 && !lost) expect(makers.some((maker) => keys.has(maker.key))).toBe(true);
    }
  // Sizes add up.
  const sizeOf = (name: string): number => inventory.objects.get(name)?.size ?? 0;
  const blocks = choice.removals.filter(({ type }) => type === 'loose').length;
  const gone = removed.reduce((sum, name) => sum + sizeOf(name), 0) + 10 * (byKey.length - kept.length);
  expect(choice.left).toBe(inventory.size - gone - 100 * blocks);
  // Limits hold, as far as what may go is enough.
  const { maxSize = Infinity, olderThan = Infinity } = asked;
  if (choice.left > maxSize) expect(choice.stays.recent + given.cache.length - blocks).toBe(0);
  for (const one of choice.removals) {
    if (one.type === 'result' && one.why === 'unused') expect(now - one.used).toBeGreaterThan(olderThan);
    if (one.type === 'result' && asked.maxSize === undefined && asked.olderThan === undefined)
      expect(one.result.complete).toBe(false);
  }
  // And the last thing that the size alone made go was one too many.
  const last = choice.removals.at(-1);
  if (last?.why === 'over-size') {
    const bytes = last.type === 'loose' ? last.item.bytes : last.bytes;
    expect(choice.left + bytes).toBeGreaterThan(maxSize);
  }
}

test('nothing needed goes, and no more than was asked for', () => {
  fc.assert(fc.property(sketch, limits, check), { numRuns: 2000 });
});

/** A chain: rows -> model -> score, used in one run, and a second score of a later run. */
function chain(asked: Limits): readonly string[] {
  const result = (
    n: number,
    reads: readonly number[],
    used: number,
    seconds: number,
  ): Sketch['results'][number] => ({
    objects: [n],
    same: false,
    reads,
    used,
    seconds,
    lost: false,
    linked: false,
  });
  const { inventory, uses } = storeOf({
    results: [
      result(0, [], 100, 1),
      result(1, [0], 100, 90),
      result(2, [1], 100, 1),
      result(3, [1], 900_000, 1),
    ],
    sizes: [1000, 5000, 10, 10, ...Array.from({ length: 16 }, () => 0)],
    running: [],
    newest: [],
    runs: [],
    cache: [],
  });
  const { removals } = choose(inventory, uses, asked, now);
  return removals.flatMap((one) => (one.type === 'result' ? [one.result.key] : []));
}

test('a result that a later one was made from is used as late as that', () => {
  expect(chain({})).toEqual([]);
  expect(chain({ olderThan: 500_000 })).toEqual(['key 2']);
  expect(chain({ olderThan: 0 })).toEqual(['key 2', 'key 3', 'key 1', 'key 0']);
  expect(chain({ maxSize: 6030 })).toEqual(['key 2', 'key 3']);
  expect(chain({ maxSize: 2000 })).toEqual(['key 2', 'key 3', 'key 1']);
});

test('what another machine has just written may have a record that is not seen yet', () => {
  const { inventory, uses } = storeOf({
    results: [],
    sizes: Array.from({ length: 20 }, () => 1),
    running: [],
    newest: [],
    runs: [],
    cache: [],
  });
  const fresh = new Map([...inventory.objects].map(([name, one]) => [name, { ...one, changed: now - 1000 }]));
  const removalsOf = (shared: boolean): number =>
    choose({ ...inventory, objects: fresh }, { ...uses, shared }, {}, now).removals.length;
  expect([removalsOf(false), removalsOf(true)]).toEqual([20, 0]);
});
