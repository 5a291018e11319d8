// Where the examples of the codes lie, and what is in one: shared by their test and by what is generated from them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** From the root of the repository. */
export const examplesFolder = join('test', 'golden', 'codes');

/** The folder among them that is no code, but data that examples read. */
export const sharedData = 'data';

/** What is typed, without `fslrun`; the last command reports the problem. */
export function commandsOf(folder: string): readonly string[] {
  const file = join(folder, 'commands.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : ['check main.fsl'];
}
