// A folder in which the small program has run once, to be copied for each test.
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../../src/runtime/event.ts';
import type { Pipeline } from '../../../src/compiler/pipeline.ts';
import { temporaryFolder, type TemporaryFolder } from '../temporary-folder.ts';
import { run, type RunOptions } from './run.ts';

export const rows = Array.from({ length: 10 }, (_, i) => `row ${i}\n`).join('');

export function folderWithData(): TemporaryFolder {
  const folder = temporaryFolder();
  folder.write('data.txt', rows);
  return folder;
}

export function copyOf(folder: string): TemporaryFolder {
  const copy = temporaryFolder();
  cpSync(folder, copy.path, { recursive: true });
  return copy;
}

/** Runs it, and says which stage kinds ran. */
export async function runCounted(pipeline: Pipeline, options: RunOptions) {
  const log = join(options.folder, 'runs.log');
  writeFileSync(log, '');
  const done = await run(pipeline, { ...options, log });
  return { ...done, ran: countedRuns(log) };
}

export function countedRuns(log: string): readonly string[] {
  return readFileSync(log, 'utf8').split('\n').filter(Boolean).sort();
}

/** Every object of a store. */
export function objectsOf(folder: string): readonly { readonly digest: string; readonly path: string }[] {
  const root = join(folder, '.fsl', 'objects');
  return readdirSync(root).flatMap((shard) =>
    readdirSync(join(root, shard)).map((digest) => ({ digest, path: join(root, shard, digest) })),
  );
}

type Told<T extends Event['type']> = Extract<Event, { readonly type: T }>;

/** The events of one type. */
export function told<T extends Event['type']>(events: readonly Event[], type: T): readonly Told<T>[] {
  return events.filter((event): event is Told<T> => event.type === type);
}
