import { expect, test } from 'vitest';
import { compile } from '../../src/compiler/compile.ts';
import { parse } from '../../src/parser/parse.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';
import { nothingKnown } from './nothing-known.ts';

const registry = standardRegistry();

test.each(registry.kinds)('the example of `$name` is a program, and uses it', ({ name, example }) => {
  const { file, diagnostics } = parse({ path: 'example.fsl', text: example });
  const result = compile(file, diagnostics, {
    registry,
    facts: nothingKnown,
    params: [],
    resolvePath: (path) => `/${path}`,
  });
  expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(result.pipeline?.steps.map(({ definition }) => definition.name)).toContain(name);
});
