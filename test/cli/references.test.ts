import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { references } from '../../src/runtime/cli/references.ts';
import { FakeHost } from './fake-host.ts';

const root = join(import.meta.dirname, '..', '..');

test.each(Object.entries(references(new FakeHost({ cwd: root }))))(
  '%s is what `node scripts/docs.mjs` writes',
  (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  },
);
