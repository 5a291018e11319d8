// Tells whether what is stored is what was stored, and whether a program gives the same results again.
import { dirname, resolve } from 'node:path';
import { bytes, counted } from '../report/quantity.ts';
import { openStore } from '../store.ts';
import { exitCodes, type Context } from './context.ts';
import { openProgram } from './open-program.ts';
import type { EngineFlags, ProgramFlags } from './options.ts';
import { repeatProgram } from './repeat-program.ts';
import { damageOf } from './store-damage.ts';
import { storeDirectory } from './store-directory.ts';

export type VerifyFlags = ProgramFlags & EngineFlags;

export async function verifyStore(
  context: Context,
  file: string | undefined,
  flags: VerifyFlags,
): Promise<number> {
  const { host } = context;
  const folder = file === undefined ? host.cwd : dirname(resolve(host.cwd, file));
  const open = file === undefined ? undefined : await openProgram(context, file, flags);
  const store = open?.store ?? openStore(storeDirectory(folder, host, flags.store));
  const { objects, size, damaged } = await damageOf(store);
  for (const { path, why } of damaged) host.stdout.write(`✘ ${path}: ${why}\n`);
  host.stdout.write(
    damaged.length === 0
      ? `${counted(objects, 'object')}, ${bytes(size)}: all as they were stored.\n`
      : `${damaged.length} damaged or lost; ${counted(objects, 'object')} there. The steps that made them run again by themselves when they are needed.\n`,
  );
  const same = open === undefined || (await repeatProgram(context, open, flags));
  return same && damaged.length === 0 ? exitCodes.done : exitCodes.failed;
}
