// Folders that come with the package. Its code runs from `src` and from `dist`, so they are found by the package.json above it.
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/** Where `fslrun` is installed. */
export function packageFolder(): string {
  found ??= above(dirname(fileURLToPath(import.meta.url)));
  return found;
}

function above(folder: string): string {
  const next = dirname(folder);
  return next === folder || existsSync(join(folder, 'package.json')) ? folder : above(next);
}

/** The folder of a built-in model that has files. */
export function modelInPackage(name: string): string {
  return join(packageFolder(), 'models') + sep + name;
}
