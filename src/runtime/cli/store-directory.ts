// Which folder is the store of a program: `--store`, else `FSL_STORE`, else `.fsl` in the folder of its project.
import { join, resolve } from 'node:path';
import type { Host } from '../host.ts';
import { projectFolder } from './project-folder.ts';

export function storeDirectory(folder: string, host: Host, flag: string | undefined): string {
  const given = flag ?? host.env['FSL_STORE'];
  if (given !== undefined && given !== '') return resolve(host.cwd, given);
  return join(projectFolder(folder), '.fsl');
}
