// Packages that only some files need, loaded at their first use, and synchronously, because facts are.
import { createRequire } from 'node:module';
import type * as Csv from 'csv-parse/sync';
import type * as Yaml from 'yaml';

const load = createRequire(import.meta.url);

export function csvPackage(): typeof Csv {
  return load('csv-parse/sync') as typeof Csv;
}

export function yamlPackage(): typeof Yaml {
  return load('yaml') as typeof Yaml;
}
