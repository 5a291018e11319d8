// `fslrun doctor`: what this machine has for FSL, and what to do about each problem.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { colourOption, storeOption } from '../options.ts';
import type { DoctorFlags } from '../tell-findings.ts';

export function addDoctor(program: Command, context: Context): void {
  const command = program
    .command('doctor')
    .summary('devices, backends, caches, versions')
    .description(
      'Looks at what FSL needs and can use on this machine, and says what to do about each problem.',
    )
    .option('--json', 'as JSON');
  colourOption(storeOption(command)).action(
    context.exits(async (flags: DoctorFlags) => {
      const { tellFindings } = await import('../tell-findings.ts');
      return tellFindings(context, flags);
    }),
  );
}
