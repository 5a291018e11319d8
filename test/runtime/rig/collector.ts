// Frees the store of a folder in a process of its own, to be killed: once, or again and again until it is told to stop.
import { collect } from './collect.ts';

const [folder = '', settings = '{}'] = process.argv.slice(2);
const { olderThan, again } = JSON.parse(settings) as { olderThan?: number; again?: boolean };
const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
const limits = olderThan === undefined ? {} : { olderThan };
process.stdout.write('started\n');
do {
  const { removed } = await collect(folder, {
    limits,
    ...(process.env['FSL_FAULT'] && { fault: process.env['FSL_FAULT'] }),
  });
  process.stdout.write(`${removed.done.length} removed, ${removed.spared.length} spared\n`);
} while (again === true && !stop.signal.aborted);
