// `fslrun FILE`: check, plan, run; progress while it goes on, a table at the end.
import { Option, type Command } from 'commander';
import { usage, type Context } from '../context.ts';
import {
  drawingFormats,
  engineOptions,
  offlineOption,
  outputOptions,
  programOptions,
  wholeNumber,
} from '../options.ts';
import type { RunFlags } from '../run-program.ts';
import type { PlanCommandFlags } from '../show-plan.ts';

type Flags = RunFlags & PlanCommandFlags & { readonly dryRun?: boolean };

export function addRun(program: Command, context: Context): void {
  const command = program
    .command('run')
    .summary('run a program; the same as `fslrun FILE`')
    .description(
      'Checks a program, plans it and runs what is not in the store. Finished steps are kept whatever happens.',
    )
    .argument('<file>', 'the program')
    .argument('[targets...]', 'targets, stages or instances; else all reports and files')
    .option('--dry-run', 'only show what would run, and why; takes the flags of `fslrun plan`')
    .option('--detailed-exitcode', 'with --dry-run, exit with 4 when something would run')
    .option('--force [stage]', 'run the stage whatever the store has; without a name, all of them')
    .addOption(new Option('--jobs <n>', 'how many steps may run at once').argParser(wholeNumber(1, 256)))
    .option('--keep-going', 'after a failure, go on with what does not need the failed step')
    .option('--update', 'ask the hub again what the revisions of `hf:` models are, and download what is new')
    .option('--json', 'events as NDJSON on the standard output; with --dry-run, the plan as JSON')
    .option('--quiet', 'nothing but problems')
    .option('--verbose', 'also what is cached; with --dry-run, every instance of `each`');
  outputOptions(engineOptions(offlineOption(programOptions(command))), drawingFormats).action(
    context.exits(async (file: string, targets: readonly string[], flags: Flags) => {
      if (flags.dryRun === true) {
        const { showPlan } = await import('../show-plan.ts');
        if (flags.json !== true) return showPlan(context, file, targets, flags);
        if (isGiven(command, '--format') && flags.format !== 'json')
          throw usage(context, '--json', {
            message: `\`--json\` and \`--format ${flags.format}\` contradict each other`,
            hint: 'leave one of them out',
          });
        return showPlan(context, file, targets, { ...flags, format: 'json' });
      }
      const planOnly = ['--format', '--output', '--detailed-exitcode'].find((flag) => isGiven(command, flag));
      if (planOnly !== undefined)
        throw usage(context, planOnly, {
          message: `\`${planOnly}\` is about a plan`,
          hint: `add \`--dry-run\`, or use \`fslrun plan ${file}\``,
        });
      if (flags.update === true && flags.offline === true)
        throw usage(context, '--update', {
          message: '`--update` asks the hub, and `--offline` forbids it',
          hint: 'leave one of them out',
        });
      const { runFile } = await import('../run-program.ts');
      return runFile(context, file, targets, flags);
    }),
  );
}

/** Whether the flag stands on the command line, as against having its default. */
function isGiven(command: Command, flag: string): boolean {
  const option = command.options.find(({ long }) => long === flag);
  return option !== undefined && command.getOptionValueSource(option.attributeName()) === 'cli';
}
