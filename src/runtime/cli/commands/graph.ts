// `fslrun graph`: the stages of a program and what they read from each other.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { GraphFlags } from '../draw-graph.ts';
import { drawingFormats, outputOptions, programOptions } from '../options.ts';

export function addGraph(program: Command, context: Context): void {
  const command = program
    .command('graph')
    .summary('the graph of a program')
    .description('Draws the stages of a program and what they read from each other. Runs nothing.')
    .argument('<file>', 'the program')
    .option('--verbose', 'every instance of `each` in a row of its own');
  outputOptions(programOptions(command), drawingFormats).action(
    context.exits(async (file: string, flags: GraphFlags) => {
      const { drawGraph } = await import('../draw-graph.ts');
      return drawGraph(context, file, flags);
    }),
  );
}
