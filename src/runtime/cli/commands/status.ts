// `fslrun status`: what is running on a store, and since when.
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { storeOption } from '../options.ts';
import { storeDirectory } from '../store-directory.ts';

interface Flags {
  readonly store?: string;
  readonly json?: boolean;
}

export function addStatus(program: Command, context: Context): void {
  storeOption(
    program
      .command('status')
      .summary('what is running here, and since when')
      .description(
        'Tells which runs are going on, also those of other terminals and machines that use the same store.',
      )
      .argument('[file]', 'a program; else whatever uses the store of the working directory')
      .option('--json', 'as JSON'),
  ).action(
    context.exits(async (file: string | undefined, flags: Flags) => {
      const { host } = context;
      const [{ openStore }, { listRunning }, { ownIdentity }, { duration }] = await Promise.all([
        import('../../store.ts'),
        import('../../run-record.ts'),
        import('../../process-identity.ts'),
        import('../../report/quantity.ts'),
      ]);
      const folder = file === undefined ? host.cwd : dirname(resolve(host.cwd, file));
      const store = openStore(storeDirectory(folder, host, flags.store));
      const path =
        file === undefined
          ? undefined
          : (await import('../../previous.ts')).programName(store, resolve(host.cwd, file));
      const running = listRunning(store, ownIdentity()).filter(
        (one) => path === undefined || one.program === path,
      );
      if (flags.json === true) {
        host.stdout.write(`${JSON.stringify({ version: 1, running }, null, 2)}\n`);
        return 0;
      }
      if (running.length === 0) host.stdout.write('Nothing is running.\n');
      const since = (time: number): string => duration(Math.max(0, host.now() - time) / 1000);
      for (const { program: name, owner, started, settled, total, steps } of running) {
        host.stdout.write(
          `${name}: ${settled}/${total} steps after ${since(started)}, process ${owner.pid} on ${owner.host}\n`,
        );
        for (const step of steps) host.stdout.write(`  ${step.id} for ${since(step.since)}\n`);
      }
      return 0;
    }),
  );
}
