// How a path is shown to people: relative to the working directory where that is shorter, and of built-in models by their name.
import { relative, sep } from 'node:path';
import { modelInPackage } from '../../stages/package-folder.ts';
import { isModelFile } from '../model-folder.ts';

const modelsPart = `${sep}models${sep}`;

export function shownPath(path: string, cwd: string): string {
  const builtin = path.includes(modelsPart) ? builtinPath(path) : undefined;
  if (builtin !== undefined) return builtin;
  const short = relative(cwd, path);
  return short !== '' && short.length < path.length ? short : path;
}

/** Of a built-in model's folder and its files. */
function builtinPath(path: string): string | undefined {
  const folder = modelInPackage('');
  if (!path.startsWith(folder)) return undefined;
  const [name = '', ...inside] = path.slice(folder.length).split(sep);
  const file = inside.join('/');
  return file === '' || isModelFile(file) ? ['builtin:' + name, ...inside].join('/') : undefined;
}
