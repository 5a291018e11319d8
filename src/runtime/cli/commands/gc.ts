// `fslrun gc`: frees the store.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { GcFlags } from '../free-store.ts';
import { givenAge, givenSize } from '../limits.ts';
import { colourOption, storeOption } from '../options.ts';

export function addGc(program: Command, context: Context): void {
  const command = program
    .command('gc')
    .summary('free the store of what nothing needs')
    .description(
      'Frees the store of the working directory. Without flags only what nothing refers to goes: what ended runs left half-done, checkpoints of finished steps, files of no result. With `--older-than` or `--max-size` results go that can be made again, and never one that a run going on or the newest run of a program needs; records of runs always stay.',
    )
    .option(
      '--older-than <age>',
      'also what has not been used for so long: `45m`, `12h`, `30d`, `2w`',
      givenAge,
    )
    .option(
      '--max-size <size>',
      'also what has not been used for longest, until the store is no larger: `500MB`, `20GB`',
      givenSize,
    )
    .option('--dry-run', 'only tell what would go, and why')
    .option('--json', 'as JSON, each result on its own');
  colourOption(storeOption(command)).action(
    context.exits(async (flags: GcFlags) => {
      const { freeStore } = await import('../free-store.ts');
      return freeStore(context, flags);
    }),
  );
}
