// Which folder is the store of a program: `--store`, else `FSL_STORE`, else `.fsl` beside the nearest package.json or .git
// at or above the program's folder, else in the program's folder.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Host } from '../host.ts';

export function storeDirectory(folder: string, host: Host, flag: string | undefined): string {
  const given = flag ?? host.env['FSL_STORE'];
  if (given !== undefined && given !== '') return resolve(host.cwd, given);
  for (let at = folder; ; at = dirname(at)) {
    if (['package.json', '.git'].some((name) => existsSync(join(at, name)))) return join(at, '.fsl');
    if (dirname(at) === at) return join(folder, '.fsl');
  }
}
