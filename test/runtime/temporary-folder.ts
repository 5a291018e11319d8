// A folder of files for one test, removed when its scope ends.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** Writes a file, its folders too, and returns its path. */
  write(name: string, contents: string | Uint8Array): string;
  /** Sets the time of the last change of contents, in seconds before now. */
  age(name: string, seconds: number): void;
  /** Takes this folder's path out of a text. */
  hide(text: string): string;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'fsl-test-'));
  return {
    path,
    write(name, contents) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, contents);
      return file;
    },
    age(name, seconds) {
      const time = Date.now() / 1000 - seconds;
      utimesSync(join(path, name), time, time);
    },
    hide: (text) => text.replaceAll(`${path}/`, ''),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
