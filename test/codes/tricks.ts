// What an example needs beside its files: things that happen outside a program. Each is done before the command of its position.
import { appendFileSync, chmodSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Code } from '../../src/parser/codes.ts';
import { objectsOf } from '../runtime/rig/prepared.ts';
import type { FakeHost } from '../cli/fake-host.ts';
import type { Trick } from './worker.ts';

export interface Setting {
  /** What is wrong with the worker. */
  readonly worker?: Trick;
  /** Before each command; `position` counts them from 0. */
  readonly before?: (folder: string, position: number) => void;
  readonly prepare?: (host: FakeHost, folder: string) => void;
}

const encoder = join(import.meta.dirname, '..', 'fixtures', 'encoders', 'odd-bert');
const copyEncoder = (folder: string): void => cpSync(encoder, join(folder, 'encoder'), { recursive: true });

export const tricks: Readonly<Partial<Record<Code, Setting>>> = {
  'changed-file': {
    before: (folder, position) => {
      if (position === 1) appendFileSync(join(folder, 'labels.csv'), 'one more line\n');
    },
  },
  'changed-during-run': { worker: 'another writer' },
  'corrupt-object': {
    prepare: (host, folder) => {
      host.stderr.heard = (text) => {
        if (!text.includes('✔ parts')) return;
        for (const { path } of objectsOf(folder)) {
          chmodSync(path, 0o644);
          appendFileSync(path, 'x');
        }
      };
    },
  },
  'worker-died': { worker: 'killed' },
  'disk-full': { worker: 'full disk' },
  internal: { worker: 'mistake' },
  'missing-package': { before: copyEncoder },
  'unsupported-kernel': { worker: 'no layer norm', before: copyEncoder },
};
