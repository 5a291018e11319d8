// How a path is shown to people: relative to the working directory where that is shorter.
import { relative } from 'node:path';

export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short !== '' && short.length < path.length ? short : path;
}
