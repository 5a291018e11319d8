// What an example needs beside its files: things that happen outside a program. Each is done before the command of its position.
import { appendFileSync, chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  readonly env?: Readonly<Record<string, string>>;
  readonly prepare?: (host: FakeHost, folder: string) => void;
}

const encoder = join(import.meta.dirname, '..', 'fixtures', 'encoders', 'odd-bert');
const copyEncoder = (folder: string): void => cpSync(encoder, join(folder, 'encoder'), { recursive: true });

/** Puts a package into node_modules, which no checkout carries. */
const pluginWith =
  (module: string) =>
  (folder: string): void => {
    const home = join(folder, 'node_modules', 'fsl-plugin-mine');
    mkdirSync(home, { recursive: true });
    const about = { name: 'fsl-plugin-mine', version: '1.0.0', type: 'module', main: 'index.js' };
    writeFileSync(join(home, 'package.json'), JSON.stringify(about));
    writeFileSync(join(home, 'index.js'), module);
  };

/** Writes the token that it is given into its result. */
const careless = `export default ({ defineStage, input, option }) => ({
  stages: [
    defineStage({
      name: 'translate',
      version: 1,
      doc: 'Translates.',
      example: 'translate t { from: d }',
      options: { token: option.secret({ doc: 'Of the service.' }) },
      inputs: { from: input.required('dataset', { use: 'transform', doc: 'The rows.' }) },
      outputs: { '': { type: 'dataset', doc: 'The rows.' } },
      randomness: () => false,
      check: ({ inputs }) => ({ '': inputs.dataset('from') }),
      run: async ({ options, output, secret }) => output().write('request.json', secret(options.token)),
    }),
  ],
});`;

export const tricks: Readonly<Partial<Record<Code, Setting>>> = {
  'file-too-large': {
    before: (folder) => appendFileSync(join(folder, 'main.fsl'), ' '.repeat(4_000_000)),
  },
  'changed-file': {
    before: (folder, position) => {
      if (position === 1) appendFileSync(join(folder, 'labels.csv'), 'one more line\n');
    },
  },
  'not-downloaded': { env: { HF_HOME: 'no-cache' } },
  // Nothing listens there.
  'download-failed': { env: { HF_HOME: 'no-cache', HF_ENDPOINT: 'http://127.0.0.1:2' } },
  'changed-during-run': { worker: 'another writer' },
  'corrupt-object': {
    prepare: (host, folder) => {
      host.stderr.heard = (text) => {
        if (!text.includes('✔ parts')) return;
        // Tables alone: of two damaged files of one input, either may be noticed first.
        const tables = objectsOf(folder).filter(({ path }) =>
          readFileSync(path, 'latin1').startsWith('PAR1'),
        );
        for (const { path } of tables) {
          chmodSync(path, 0o644);
          appendFileSync(path, 'x');
        }
      };
    },
  },
  'bad-plugin': { before: pluginWith('export const stages = [];') },
  'secret-in-output': { before: pluginWith(careless), env: { TRANSLATE_TOKEN: 'a1b2c3' } },
  'worker-died': { worker: 'killed' },
  'disk-full': { worker: 'full disk' },
  internal: { worker: 'mistake' },
  'missing-package': { before: copyEncoder },
  'missing-device': { before: copyEncoder },
  'out-of-memory': { worker: 'no memory', before: copyEncoder },
  'device-failed': { worker: 'lost device', before: copyEncoder },
  'unsupported-kernel': { worker: 'no layer norm', before: copyEncoder },
  'training-diverged': { before: copyEncoder },
  'no-parity': { before: copyEncoder },
};
