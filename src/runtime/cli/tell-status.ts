// What is running on a store: asked of the runners' own notes, so it answers at any time.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { programName } from '../previous.ts';
import { ownIdentity } from '../../stages/process-identity.ts';
import { listRunning } from '../run-record.ts';
import { duration } from '../report/quantity.ts';
import { openStore } from '../store.ts';
import { exitCodes, usage, type Context } from './context.ts';
import { storeDirectory } from './store-directory.ts';

export interface StatusFlags {
  readonly store?: string;
  readonly json?: boolean;
}

export function tellStatus(context: Context, file: string | undefined, flags: StatusFlags): number {
  const { host } = context;
  const path = file === undefined ? undefined : resolve(host.cwd, file);
  if (file !== undefined && path !== undefined && !existsSync(path))
    throw usage(context, file, {
      code: 'missing-file',
      message: `there is no program \`${file}\``,
      hint: 'paths are relative to the working directory',
    });
  const folder = path === undefined ? host.cwd : dirname(path);
  const store = openStore(storeDirectory(folder, host, flags.store));
  const name = path === undefined ? undefined : programName(store, path);
  const all = listRunning(store, ownIdentity());
  const running = all.filter(({ program }) => name === undefined || program === name);
  if (flags.json === true) {
    host.stdout.write(`${JSON.stringify({ version: 1, running }, null, 2)}\n`);
    return exitCodes.done;
  }
  if (running.length === 0) host.stdout.write('Nothing is running.\n');
  const since = (time: number): string => duration(Math.max(0, host.now() - time) / 1000);
  for (const { program, owner, started, settled, total, steps } of running) {
    const where = `process ${owner.pid} on ${owner.host}`;
    host.stdout.write(`${program}: ${settled}/${total} steps after ${since(started)}, ${where}\n`);
    for (const step of steps) host.stdout.write(`  ${step.id} for ${since(step.since)}\n`);
  }
  return exitCodes.done;
}
