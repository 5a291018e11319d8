// How a path is shown to people: relative to the working directory where that is shorter, and of built-in models by their name.
import { relative, sep } from 'node:path';
import { modelInPackage } from '../../stages/package-folder.ts';

const modelsPart = `${sep}models${sep}`;

export function shownPath(path: string, cwd: string): string {
  if (path.includes(modelsPart) && path.startsWith(modelInPackage('')))
    return `builtin:${path.slice(modelInPackage('').length).replaceAll(sep, '/')}`;
  const short = relative(cwd, path);
  return short !== '' && short.length < path.length ? short : path;
}
