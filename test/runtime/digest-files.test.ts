import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDigester } from '../../src/runtime/digest-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const hour = 3_600_000;
const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** The clock an hour ahead: files written now have settled. */
beforeEach(() => vi.useFakeTimers({ now: Date.now() + hour, toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

test('the digest of small and large files', () => {
  using folder = temporaryFolder();
  const large = Buffer.alloc((1 << 20) + 17, 'fsl');
  const digester = createDigester(undefined);
  expect(digester.digest(folder.write('a', 'abc'))).toBe(sha256('abc'));
  expect(digester.digest(folder.write('b', large))).toBe(sha256(large));
  expect(() => digester.digest(join(folder.path, 'none'))).toThrow('ENOENT');
});

test('a settled file is not read again, in this run or the next', () => {
  using folder = temporaryFolder();
  const path = folder.write('a', 'abc');
  const cache = join(folder.path, 'cache', 'digests.json');
  const first = createDigester(cache);
  first.note(path, 'taken over');
  expect(first.digest(path)).toBe('taken over'); // so the file was not read
  first.save();
  expect(createDigester(cache).digest(path)).toBe('taken over');
});

test('every kind of change is seen', () => {
  using folder = temporaryFolder();
  const cache = join(folder.path, 'digests.json');
  const changes: Readonly<Record<string, (path: string) => string>> = {
    'another length': (path) => (writeFileSync(path, 'longer'), 'longer'),
    'the same length': (path) => (writeFileSync(path, 'xyz'), 'xyz'),
    'the same length and its old time': (path) => {
      const { atime, mtime } = statSync(path);
      writeFileSync(path, 'xyz');
      utimesSync(path, atime, mtime);
      return 'xyz';
    },
    'another file in its place': (path) => {
      renameSync(folder.write('other', 'xyz'), path);
      return 'xyz';
    },
  };
  for (const change of Object.values(changes)) {
    const path = folder.write('a', 'abc');
    const digester = createDigester(cache);
    expect(digester.digest(path)).toBe(sha256('abc'));
    digester.save();
    const text = change(path);
    expect(createDigester(cache).digest(path)).toBe(sha256(text));
  }
});

test('a file that has just changed is read every time', () => {
  using folder = temporaryFolder();
  vi.useRealTimers();
  const path = folder.write('a', 'abc');
  const digester = createDigester(undefined);
  digester.note(path, 'not to be trusted');
  expect(digester.digest(path)).toBe(sha256('abc'));
});

test('a file from the future is read every time', () => {
  using folder = temporaryFolder();
  const path = folder.write('a', 'abc');
  folder.age('a', -2 * 3600);
  const digester = createDigester(undefined);
  digester.note(path, 'not to be trusted');
  expect(digester.digest(path)).toBe(sha256('abc'));
});

test('what is forgotten, or damaged on disk, is computed again', () => {
  using folder = temporaryFolder();
  const path = folder.write('a', 'abc');
  const cache = join(folder.path, 'digests.json');
  const digester = createDigester(cache);
  digester.note(path, 'noted');
  digester.save();
  digester.forget(path);
  expect(digester.digest(path)).toBe(sha256('abc'));

  writeFileSync(cache, readFileSync(cache, 'utf8').replace('noted', 'wrong'));
  expect(createDigester(cache).digest(path)).toBe(sha256('abc'));
  writeFileSync(cache, '{');
  expect(createDigester(cache).digest(path)).toBe(sha256('abc'));
});

test('a cache that cannot be written loses nothing but time', () => {
  using folder = temporaryFolder();
  const path = folder.write('a', 'abc');
  const digester = createDigester(join(folder.write('file', ''), 'digests.json'));
  expect(digester.digest(path)).toBe(sha256('abc'));
  digester.save();
});
