// The findings of `doctor`, as text or as JSON.
import { exitCodes, paintFor, type Context } from './context.ts';
import { examine } from './examine.ts';
import type { ColourFlags } from './options.ts';

export interface DoctorFlags extends ColourFlags {
  readonly store?: string;
  readonly json?: boolean;
}

export async function tellFindings({ host, workerPath }: Context, flags: DoctorFlags): Promise<number> {
  const findings = await examine(host, workerPath, flags.store);
  const code = findings.some(({ state }) => state === 'broken') ? exitCodes.failed : exitCodes.done;
  if (flags.json === true) {
    host.stdout.write(`${JSON.stringify({ version: 1, findings }, null, 2)}\n`);
    return code;
  }
  const paint = paintFor(host.stdout, host, flags);
  const marks = {
    good: paint.green('✔'),
    optional: paint.dim('-'),
    warning: paint.yellow('!'),
    broken: paint.red('✘'),
  };
  for (const { state, what, text, remedy } of findings) {
    host.stdout.write(`${marks[state]} ${paint.bold(what)}: ${text}\n`);
    if (remedy !== undefined) host.stdout.write(`    ${remedy}\n`);
  }
  return code;
}
