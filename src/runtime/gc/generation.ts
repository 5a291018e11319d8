// A word that changes with everything `fslrun gc` removes: a plan notes it before it looks, and where it is another one when the run
// has said what it uses, the run looks again.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { errorCode } from '../durable.ts';
import { newNonce } from '../nonce.ts';
import type { Store } from '../store.ts';

/** Empty where nothing has been removed yet. */
export function generationOf(store: Store): string {
  try {
    return readFileSync(store.path('gc', 'generation'), 'utf8');
  } catch {
    return '';
  }
}

/** Written in place: also on a full disk, once it is there. Throws what the file system says. */
export function nextGeneration(store: Store): void {
  const file = openToWrite(store.path('gc', 'generation'));
  try {
    writeSync(file, newNonce());
  } finally {
    closeSync(file);
  }
}

function openToWrite(path: string): number {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return openSync(path, 'w');
  }
}
