// The folder of the project that a program belongs to: that of the nearest package.json or .git at or above the program's
// folder, else the program's folder.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function projectFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (['package.json', '.git'].some((name) => existsSync(join(at, name)))) return at;
    if (dirname(at) === at) return folder;
  }
}
