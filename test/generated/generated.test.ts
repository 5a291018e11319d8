// What is committed is what `npm run generate` writes.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generated } from '../../scripts/generate/generated.ts';

const root = join(import.meta.dirname, '..', '..');

test.each(Object.entries(generated(root)))('%s is what `npm run generate` writes', (path, text) => {
  const file = join(root, path);
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '(not there)').toBe(text);
});
