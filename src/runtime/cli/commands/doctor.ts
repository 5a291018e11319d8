// `fslrun doctor`: what this machine has for FSL, and what to do about each problem.
import type { Command } from 'commander';
import { exitCodes, paintFor, type Context } from '../context.ts';
import { colourOption, storeOption, type ColourFlags } from '../options.ts';

interface Flags extends ColourFlags {
  readonly store?: string;
  readonly json?: boolean;
}

export function addDoctor(program: Command, context: Context): void {
  const command = program
    .command('doctor')
    .summary('devices, backends, caches, versions')
    .description(
      'Looks at what FSL needs and can use on this machine, and says what to do about each problem.',
    )
    .option('--json', 'as JSON');
  colourOption(storeOption(command)).action(
    context.exits(async (flags: Flags) => {
      const { host } = context;
      const { examine } = await import('../examine.ts');
      const findings = await examine(host, flags.store);
      const broken = findings.some(({ state }) => state === 'broken');
      if (flags.json === true) {
        host.stdout.write(`${JSON.stringify({ version: 1, findings }, null, 2)}\n`);
        return broken ? exitCodes.failed : exitCodes.done;
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
      return broken ? exitCodes.failed : exitCodes.done;
    }),
  );
}
