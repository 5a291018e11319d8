// Looks at every object and every record of a store, whatever needs them.
import { readdir, stat } from 'node:fs/promises';
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
  let objects = 0;
  let size = 0;
  for (const shard of await namesIn(store.path('objects')))
    for (const digest of await namesIn(store.path('objects', shard))) {
      const path = store.path('objects', shard, digest);
      objects += 1;
      size += (await stat(path)).size;
      if ((await digestStream(path)) !== digest)
        damaged.push({ path, why: 'its contents do not match its digest' });
    }
  for (const record of await namesIn(store.path('actions'))) {
    const key = record.replace(/\.json$/, '');
    if (store.action(key).state === 'damaged')
      damaged.push({ path: store.path('actions', record), why: 'the record is not as it was written' });
  }
  return { objects, size, damaged };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
