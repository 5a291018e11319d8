// Looks at every object and every record of a store, whatever needs them.
import { readdir, stat } from 'node:fs/promises';
import type { Action } from '../action.ts';
import { errorCode } from '../durable.ts';
import type { Store } from '../store.ts';
import { digestStream } from '../verified-artifact.ts';

export interface Damage {
  readonly objects: number;
  /** Bytes of all objects. */
  readonly size: number;
  readonly damaged: readonly { readonly path: string; readonly why: string }[];
}

export async function damageOf(store: Store): Promise<Damage> {
  const damaged: { path: string; why: string }[] = [];
  const objects = new Set<string>();
  const lost = new Set<string>();
  let size = 0;
  for (const shard of await namesIn(store.path('objects')))
    for (const digest of await namesIn(store.path('objects', shard))) {
      const path = store.path('objects', shard, digest);
      objects.add(digest);
      size += (await stat(path)).size;
      if ((await digestStream(path)) !== digest)
        damaged.push({ path, why: 'its contents do not match its digest' });
    }
  for (const record of await namesIn(store.path('actions'))) {
    const found = store.action(record.replace(/\.json$/, ''));
    if (found.state === 'damaged')
      damaged.push({ path: store.path('actions', record), why: 'the record is not as it was written' });
    if (found.state !== 'found') continue;
    for (const digest of digestsOf(found.action)) {
      if (objects.has(digest) || lost.has(digest)) continue;
      lost.add(digest);
      const path = store.path('objects', digest.slice(0, 2), digest);
      damaged.push({ path, why: 'it is not there any more, and a result needs it' });
    }
  }
  return { objects: objects.size, size, damaged };
}

function digestsOf({ outputs }: Action): readonly string[] {
  return Object.values(outputs).flatMap(({ files }) => files.map(({ digest }) => digest));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
