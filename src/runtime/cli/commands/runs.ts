// `fslrun runs`: earlier runs on a store.
import type { Command } from 'commander';
import { paintFor, type Context } from '../context.ts';
import { colourOption, storeOption, type ColourFlags } from '../options.ts';
import { storeDirectory } from '../store-directory.ts';

interface Flags extends ColourFlags {
  readonly store?: string;
  readonly json?: boolean;
}

/** How many are listed. */
const newest = 20;

export function addRuns(program: Command, context: Context): void {
  const command = program
    .command('runs')
    .summary('earlier runs')
    .description(`Lists the last ${newest} runs on the store of the working directory, newest first.`)
    .option('--json', 'all of them, as JSON');
  colourOption(storeOption(command)).action(
    context.exits(async (flags: Flags) => {
      const { host } = context;
      const [{ openStore }, { listRuns, readRun }, { duration }, { textTable }] = await Promise.all([
        import('../../store.ts'),
        import('../../run-record.ts'),
        import('../../report/quantity.ts'),
        import('../../report/text-table.ts'),
      ]);
      const store = openStore(storeDirectory(host.cwd, host, flags.store));
      const ids = listRuns(store);
      const runs = ids
        .slice(0, flags.json === true ? ids.length : newest)
        .flatMap((id) => readRun(store, id) ?? []);
      if (flags.json === true) {
        const plain = runs.map(
          ({ id, program: name, params, versions, started, finished, steps, result }) => {
            return { id, program: name, params, versions, started, finished, steps, result };
          },
        );
        host.stdout.write(`${JSON.stringify({ version: 1, runs: plain }, null, 2)}\n`);
        return 0;
      }
      if (runs.length === 0) {
        host.stdout.write('No runs yet.\n');
        return 0;
      }
      const rows = runs.map(({ id, program: name, params, result }) => [
        id,
        name,
        result.outcome,
        `${result.executed} run, ${result.cached} cached`,
        duration(result.seconds),
        Object.entries(params)
          .map(([param, value]) => `${param}=${JSON.stringify(value)}`)
          .join(' '),
      ]);
      const heads = ['run', 'program', 'outcome', 'steps', 'time', 'parameters'];
      const table = textTable(
        heads.map((head) => ({ head })),
        rows,
        paintFor(host.stdout, host, flags),
      );
      host.stdout.write(`${table.join('\n')}\n`);
      return 0;
    }),
  );
}
