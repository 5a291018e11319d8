// What lies in a store besides results: what processes left, checkpoints, caches. Each can go by itself, and what goes costs time only.
import type { ProcessIdentity } from '../../stages/process-identity.ts';
import { listAttempts } from '../attempt.ts';
import { abandonedCheckpoints } from '../checkpoints.ts';
import { deadClaims, isClaimed } from '../claim.ts';
import { deadRunning } from '../run-record.ts';
import type { Store } from '../store.ts';
import { entryAt, listFolder, sizeOfFolder, type Entry } from './list-folder.ts';
import { removedKeys } from './removed-results.ts';
import { isDigest, isOwnFolder } from './trash.ts';

export type LooseKind =
  /** A private folder of a runner. */
  | 'attempt'
  /** A file that was never finished. */
  | 'draft'
  /** Of the work of a process: claims, and what it was doing. */
  | 'claim'
  | 'checkpoint'
  /** A block of cached vectors of an encoder. */
  | 'vectors'
  /** Counts of a data file. */
  | 'facts'
  /** What was remembered of a removed result. */
  | 'removed';

export type WhyGarbage =
  | 'process-gone'
  | 'never-finished'
  | 'step-finished'
  /** Nobody came back for it in a week, or there is too much of its kind. */
  | 'abandoned'
  | 'there-again';

export interface LooseItem {
  readonly kind: LooseKind;
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
  /** Milliseconds since the epoch. */
  readonly used: number;
  /** Why nothing refers to it; else it goes by its age alone, or not at all. */
  readonly garbage?: WhyGarbage;
  /** A process is at work with it. */
  readonly inUse: boolean;
}

const draftAbandonedAfterMs = 3_600_000;

/** Throws what the file system says. */
export function looseItems(store: Store, own: ProcessIdentity, now: number): readonly LooseItem[] {
  const inside = (folder: string, list: () => readonly LooseItem[]): readonly LooseItem[] =>
    isOwnFolder(store.path(folder)) ? list() : [];
  return [
    ...inside('attempts', () => attempts(store, own, now)),
    ...drafts(store, now),
    ...inside('claims', () => ofFiles('claim', deadClaims(store, own), 'process-gone')),
    ...inside('running', () => ofFiles('claim', deadRunning(store, own), 'process-gone')),
    ...inside('checkpoints', () => checkpoints(store, own, now)),
    ...inside('cache', () => [...vectors(store), ...facts(store)]),
    ...inside('gc', () => removed(store)),
  ];
}

function attempts(store: Store, own: ProcessIdentity, now: number): readonly LooseItem[] {
  return listAttempts(store, own, now).flatMap(({ folder, abandoned }) => {
    const entry = abandoned ? entryAt(folder, '') : undefined;
    return entry === undefined ? [] : [ofEntry('attempt', entry, { garbage: 'process-gone' })];
  });
}

function drafts(store: Store, now: number): readonly LooseItem[] {
  const folders = [
    '',
    'actions',
    'programs',
    'runs',
    'running',
    'claims',
    'cache',
    'cache/facts',
    'gc',
    'gc/removed',
  ];
  const places = [
    ...folders.map((folder) => store.path(...folder.split('/'))),
    ...vectorFolders(store).map(({ path }) => path),
  ];
  return places.filter(isOwnFolder).flatMap((folder) =>
    listFolder(folder)
      .filter(
        ({ type, name, changed }) =>
          type === 'file' && isDraft(name) && now - changed > draftAbandonedAfterMs,
      )
      .map((entry) => ofEntry('draft', entry, { garbage: 'never-finished' })),
  );
}

/** As `replaceFile`, the caches of vectors and of devices name what they have not finished. */
function isDraft(name: string): boolean {
  return name.startsWith('.draft-') || /^\..+\.draft$/.test(name) || /^device-.+\.json\.\d+$/.test(name);
}

function checkpoints(store: Store, own: ProcessIdentity, now: number): readonly LooseItem[] {
  const abandoned = new Set(abandonedCheckpoints(store, now));
  return listFolder(store.path('checkpoints'))
    .filter(({ type, name }) => type === 'folder' && isDigest(name))
    .map((entry) => {
      const inUse = isClaimed(store, entry.name, own, now);
      const why = store.action(entry.name).state === 'found' ? 'step-finished' : 'abandoned';
      const garbage = !inUse && (why === 'step-finished' || abandoned.has(entry.path));
      return ofEntry('checkpoint', entry, { inUse, ...(garbage ? { garbage: why } : {}) });
    });
}

function vectorFolders(store: Store): readonly Entry[] {
  const root = store.path('cache', 'vectors');
  if (!isOwnFolder(store.path('cache')) || !isOwnFolder(root)) return [];
  return listFolder(root).filter(({ type, name }) => type === 'folder' && isDigest(name));
}

function vectors(store: Store): readonly LooseItem[] {
  return vectorFolders(store).flatMap(({ path }) =>
    listFolder(path)
      .filter(({ type, name }) => type === 'file' && name.endsWith('.vectors'))
      .map((entry) => ofEntry('vectors', entry, {})),
  );
}

function facts(store: Store): readonly LooseItem[] {
  const folder = store.path('cache', 'facts');
  if (!isOwnFolder(folder)) return [];
  return listFolder(folder)
    .filter(({ type, name }) => type === 'file' && /^[0-9a-f]{64}\.json$/.test(name))
    .map((entry) => ofEntry('facts', entry, {}));
}

function removed(store: Store): readonly LooseItem[] {
  const again = removedKeys(store).filter((key) => store.action(key).state === 'found');
  return ofFiles(
    'removed',
    again.map((key) => store.path('gc', 'removed', `${key}.json`)),
    'there-again',
  );
}

function ofFiles(kind: LooseKind, paths: readonly string[], garbage: WhyGarbage): readonly LooseItem[] {
  return paths.flatMap((path) => {
    const entry = entryAt(path, '');
    return entry === undefined ? [] : [ofEntry(kind, entry, { garbage })];
  });
}

function ofEntry(
  kind: LooseKind,
  { path, type, size, modified }: Entry,
  { garbage, inUse = false }: { readonly garbage?: WhyGarbage; readonly inUse?: boolean },
): LooseItem {
  const sizes = type === 'folder' ? sizeOfFolder(path) : { bytes: type === 'file' ? size : 0, files: 1 };
  return { kind, path, ...sizes, used: modified, inUse, ...(garbage === undefined ? {} : { garbage }) };
}
