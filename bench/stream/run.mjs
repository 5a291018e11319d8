// What `adapt` does with streams of Banking77: npm run bench:stream -- [--seeds 5] [--ask late,drift,poison,full] [--slow] [--shared FOLDER]
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundled } from '../bundled.mjs';
import { defaultShared } from '../peers/published.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    ask: { type: 'string', default: 'late,drift,poison' },
    slow: { type: 'boolean', default: false },
    shared: { type: 'string', default: defaultShared },
  },
});
const cache = join(import.meta.dirname, '../../node_modules/.cache/bench/stream');
const { status } = spawnSync(
  process.execPath,
  [
    await bundled('stream/stream.ts'),
    resolve(values.shared),
    cache,
    values.seeds,
    values.ask,
    String(values.slow),
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
