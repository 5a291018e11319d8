// Removes records and objects beside runs that go on. A runner says what it uses before it looks for it; here they are moved aside before
// it is read once more what is used, and what came into use is put back: of any two at least one sees the other. Killed at any moment, no
// record is left that is believed and lacks an object.
import { rmSync } from 'node:fs';
import type { Action } from '../action.ts';
import { namesOf } from '../action.ts';
import { Failure } from '../../parser/diagnostic.ts';
import { readSealed } from '../durable.ts';
import { readRun } from '../run-record.ts';
import type { Removal } from './choose.ts';
import { nextGeneration } from './generation.ts';
import { usesNow } from './last-uses.ts';
import { entryAt, listFolder, type Entry } from './list-folder.ts';
import type { Fate, Removing } from './remove.ts';
import { rememberRemoved } from './removed-results.ts';
import {
  closeTrash,
  moveToTrash,
  openTrash,
  putBack,
  putBackAll,
  storedPath,
  trashPath,
  type Kind,
} from './trash.ts';

/** What lies under a key or a digest. */
export type Kept = Exclude<Removal, { readonly type: 'loose' }>;

type Moved = Readonly<Record<Kind, Set<string>>>;

/** Throws what the file system says where nothing can be moved aside. */
export function removeKept(batch: readonly Kept[], removing: Removing): ReadonlyMap<Kept, Fate> {
  const fates = new Map<Kept, Fate>();
  if (batch.length === 0) return fates;
  const { store, now } = removing;
  const moved: Moved = { actions: new Set(), objects: new Set() };
  openTrash(store);
  try {
    nextGeneration(store); // makes the file while nothing is at stake
    for (const one of batch) if (!moveAside(one, moved, removing)) fates.set(one, 'failed');
    nextGeneration(store);
    removing.fault('gc-moved');
    putUsedBack(batch, fates, moved, removing);
  } catch (error) {
    putBackAll(store, now());
    throw error;
  }
  for (const one of batch) {
    if (fates.has(one)) continue;
    const gone = one.type === 'object' ? moved.objects.has(one.digest) : moved.actions.has(keyOf(one) ?? '');
    fates.set(one, gone ? 'done' : 'spared');
  }
  empty(batch, moved, removing);
  for (const key of moved.actions) removing.gone.add(key);
  return fates;
}

/** Whether the system let it; the record first. What is not there any more is none of ours. */
function moveAside(one: Kept, moved: Moved, { store, fail, fault }: Removing): boolean {
  const key = keyOf(one);
  const all: (readonly [Kind, string])[] = [
    ...(key === undefined ? [] : [['actions', key] as const]),
    ...digestsOf(one).map((digest) => ['objects', digest] as const),
  ];
  return all.every(([kind, name]) => {
    try {
      if (moveToTrash(store, kind, name)) moved[kind].add(name);
      if (kind === 'actions') fault('gc-record-moved');
      return true;
    } catch (error) {
      fail(storedPath(store, kind, name), error);
      return false;
    }
  });
}

function putUsedBack(
  batch: readonly Kept[],
  fates: ReadonlyMap<Kept, Fate>,
  moved: Moved,
  removing: Removing,
): void {
  const { store } = removing;
  const used = usedMeanwhile(removing);
  for (const one of batch) {
    const key = keyOf(one);
    if (key === undefined || !moved.actions.has(key)) continue;
    if (!used.has(key) && !fates.has(one) && isAsJudged(key, removing)) continue;
    putBack(store, 'actions', key);
    moved.actions.delete(key);
    for (const name of namesAt(key, removing)) used.add(name);
  }
  for (const { key, objects } of removing.inventory.results.values())
    if (!moved.actions.has(key) && !removing.gone.has(key)) for (const digest of objects) used.add(digest);
  for (const digest of moved.objects)
    if (used.has(digest)) {
      putBack(store, 'objects', digest);
      moved.objects.delete(digest);
    }
}

/** What runners say that they use; then what runs have used that have ended since the inventory. In this order, so that none is missed. */
function usedMeanwhile(removing: Removing): Set<string> {
  const { store, own, now, uses } = removing;
  const used = new Set(usesNow(store, own, now()));
  for (const { name } of listFolder(store.path('runs'))) {
    const id = name.replace(/\.json$/, '');
    if (uses.runs.has(id) || id === name || name.startsWith('.')) continue;
    for (const { key } of readRun(store, id)?.steps ?? []) if (key !== undefined) used.add(key);
  }
  for (const key of changedRecords(removing)) for (const one of namesAt(key, removing)) used.add(one);
  return used;
}

/** Keys of records that were published, or touched by somebody who used them, since the inventory. */
function changedRecords(removing: Removing): readonly string[] {
  const records = listFolder(removing.store.path('actions')).filter(({ name }) => name.endsWith('.json'));
  return records.flatMap(({ name, state }) => {
    const key = name.slice(0, -'.json'.length);
    return judged(key, removing)?.state === state ? [] : [key];
  });
}

function namesAt(key: string, { store }: Removing): readonly string[] {
  const found = store.action(key);
  return found.state === 'found' ? namesOf(found.action) : [];
}

/** Whether the record that was moved aside is the one that was judged, and no newer one. */
function isAsJudged(key: string, removing: Removing): boolean {
  return entryAt(trashPath(removing.store, 'actions', key), '')?.state === judged(key, removing)?.state;
}

function judged(key: string, { inventory }: Removing): Entry | undefined {
  return inventory.results.get(key)?.record ?? inventory.damaged.find(({ name }) => name === `${key}.json`);
}

/** Objects first: on a full disk there is room only then for what is remembered of results. */
function empty(batch: readonly Kept[], moved: Moved, { store, now, drafts, fault }: Removing): void {
  for (const digest of moved.objects) {
    rmSync(trashPath(store, 'objects', digest), { force: true });
    fault('gc-object-removed');
  }
  fault('gc-before-remembering');
  for (const one of batch) {
    const key = keyOf(one);
    if (key === undefined || !moved.actions.has(key)) continue;
    const sealed = readSealed(trashPath(store, 'actions', key));
    if (sealed.state !== 'whole' || one.why === 'incomplete') continue; // no gc has taken it from anybody
    try {
      rememberRemoved(store, sealed.record as Action, now(), drafts); // sealed by `publish`
    } catch (error) {
      if (!(error instanceof Failure)) throw error; // no room: a plan will not know who removed it
    }
  }
  closeTrash(store);
}

/** Nothing where it has no record. */
function keyOf(one: Kept): string | undefined {
  switch (one.type) {
    case 'record':
      return one.key;
    case 'result':
      return one.result.key;
    case 'object':
      return undefined;
    default:
      return one satisfies never;
  }
}

function digestsOf(one: Kept): readonly string[] {
  switch (one.type) {
    case 'object':
      return [one.digest];
    case 'result':
      return one.digests;
    case 'record':
      return [];
    default:
      return one satisfies never;
  }
}
