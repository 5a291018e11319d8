// How many devices for computing a machine has, from what the system shows of them; starts no process and loads no library.
import { readdirSync } from 'node:fs';

/** Nothing where that cannot be told this way. `platform` as in `process.platform`. */
export function countGpus(platform: string, devices = '/dev'): number | undefined {
  if (platform !== 'linux') return undefined;
  let names: readonly string[];
  try {
    names = readdirSync(devices);
  } catch {
    return undefined;
  }
  if (names.includes('dxg')) return undefined; // Windows behind Linux passes its devices on without numbers
  const nvidia = names.filter((name) => /^nvidia\d+$/.test(name)).length;
  return nvidia > 0 ? nvidia : rendering(`${devices}/dri`);
}

/** Others are seen by what draws on them. */
function rendering(folder: string): number {
  try {
    return readdirSync(folder).filter((name) => /^renderD\d+$/.test(name)).length;
  } catch {
    return 0;
  }
}
