// `fslrun verify`: every stored file against its digest; with a program, its results against a second run from nothing.
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitCodes, type Context } from '../context.ts';
import { openProgram } from '../open-program.ts';
import { engineOptions, programOptions, type EngineFlags, type ProgramFlags } from '../options.ts';
import { showProblems } from '../problems.ts';
import { storeDirectory } from '../store-directory.ts';

type Flags = ProgramFlags & EngineFlags;

export function addVerify(program: Command, context: Context): void {
  const command = program
    .command('verify')
    .summary('check what is stored, or that a program gives the same again')
    .description(
      'Reads every stored file and compares it with its digest. With a program, also runs all of it anew in a store of its own and compares the results.',
    )
    .argument('[file]', 'a program');
  engineOptions(programOptions(command)).action(
    context.exits(async (file: string | undefined, flags: Flags) => {
      const { host } = context;
      const [{ openStore }, { damageOf }, { counted, bytes }] = await Promise.all([
        import('../../store.ts'),
        import('../store-damage.ts'),
        import('../../report/quantity.ts'),
      ]);
      const folder = file === undefined ? host.cwd : dirname(resolve(host.cwd, file));
      const store = openStore(storeDirectory(folder, host, flags.store));
      const { objects, size, damaged } = await damageOf(store);
      for (const { path, why } of damaged) host.stdout.write(`✘ ${path}: ${why}\n`);
      host.stdout.write(
        damaged.length === 0
          ? `${counted(objects, 'object')}, ${bytes(size)}: all as they were stored.\n`
          : `${damaged.length} of ${counted(objects, 'object')} damaged. The steps that made them run again by themselves when they are needed.\n`,
      );
      if (file === undefined) return damaged.length === 0 ? exitCodes.done : exitCodes.failed;
      const open = await openProgram(context, file, flags, (warnings) => showProblems(warnings, host, flags));
      const { repeat } = await import('../repeat-program.ts');
      const same = await repeat(context, open, flags);
      return same && damaged.length === 0 ? exitCodes.done : exitCodes.failed;
    }),
  );
}
