import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolders } from '../../src/runtime/durable.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('folders are made with those above them, and it does not matter when they are there', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a', 'b', 'c');
  makeFolders(path);
  makeFolders(path);
  expect(existsSync(path)).toBe(true);
});

test('a file in the way is an error', () => {
  using folder = temporaryFolder();
  folder.write('a', 'x');
  expect(() => makeFolders(join(folder.path, 'a'))).toThrow('EEXIST');
  expect(() => makeFolders(join(folder.path, 'a', 'b'))).toThrow('ENOTDIR');
});

test.skipIf(!existsSync('/proc/self'))(
  'a folder that the system refuses is an error, not an endless loop',
  () => {
    expect(() => makeFolders('/proc/nope/x')).toThrow('ENOENT');
  },
);
