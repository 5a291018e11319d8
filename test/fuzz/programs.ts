// The programs that the fuzzer starts from, each with the folder in which its paths are.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export interface ProgramFile {
  /** From the root of the repository. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly text: string;
}

/** Example programs, and the small ones of tests, in order of their names. */
export function examplePrograms(base: string = root): readonly ProgramFile[] {
  const listed = ['pipelines', 'test/golden', 'test/parser'].flatMap((part) =>
    readdirSync(join(base, part), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.fsl'))
      .map((name) => join(part, name)),
  );
  return listed.sort().map((name) => ({
    name,
    folder: dirname(join(base, name)),
    text: readFileSync(join(base, name), 'utf8'),
  }));
}
