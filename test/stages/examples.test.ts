import { expect, test } from 'vitest';
import { compile } from '../../src/compiler/compile.ts';
import { parse } from '../../src/parser/parse.ts';
import type { Facts } from '../../src/stages/facts.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';

const registry = standardRegistry();

/** Nothing is known of the files that an example names. */
const facts: Facts = {
  files: (pattern) => ({ state: 'known', value: matching(pattern) }),
  table: () => ({ state: 'unknown' }),
  json: () => ({ state: 'unknown' }),
  source: () => ({ state: 'unknown' }),
  env: () => undefined,
  modelFolder: () => ({ state: 'unknown' }),
};

/** Twenty files in each of six folders, where the pattern leaves both open. */
function matching(pattern: string): readonly string[] {
  const names = Array.from({ length: 20 }, (_, i) => String(i));
  const [first = '', second, last] = pattern.split('*');
  if (second === undefined) return [pattern];
  if (last === undefined) return names.map((name) => `${first}${name}${second}`);
  return [...'abcdef'].flatMap((folder) => names.map((name) => `${first}${folder}${second}${name}${last}`));
}

test.each(registry.kinds)('the example of `$name` is a program, and uses it', ({ name, example }) => {
  const { file, diagnostics } = parse({ path: 'example.fsl', text: example });
  const result = compile(file, diagnostics, {
    registry,
    facts,
    params: [],
    resolvePath: (path) => `/${path}`,
  });
  expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(result.pipeline?.steps.map(({ definition }) => definition.name)).toContain(name);
});
