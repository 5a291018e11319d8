// `fslrun diff`: what differs between two earlier runs.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { DiffFlags } from '../diff-runs.ts';
import { colourOption, outputOptions, storeOption } from '../options.ts';

export function addDiff(program: Command, context: Context): void {
  const command = program
    .command('diff')
    .summary('what differs between two earlier runs')
    .description(
      'Compares two runs on the store of the working directory: parameters, options and inputs of the steps, and the figures of reports. Where the inputs of a step alone changed, the steps that make them say why.',
    )
    .argument('<before>', 'a run, as `fslrun runs` names it, or the beginning or end of its name')
    .argument('<after>', 'another one');
  outputOptions(colourOption(storeOption(command)), ['text', 'json']).action(
    context.exits(async (before: string, after: string, flags: DiffFlags) => {
      const { diffRuns } = await import('../diff-runs.ts');
      return diffRuns(context, before, after, flags);
    }),
  );
}
