// `fslrun graph`: the stages of a program and what they read from each other; asks no store.
import type { Command } from 'commander';
import { isRich, paintFor, type Context } from '../context.ts';
import { draw, drawingFormats, type DrawingFormat } from '../draw.ts';
import { openProgram } from '../open-program.ts';
import { outputOptions, programOptions, type OutputFlags, type ProgramFlags } from '../options.ts';
import { showProblems } from '../problems.ts';
import { writeResult } from '../result-output.ts';

type Flags = ProgramFlags & OutputFlags<DrawingFormat> & { readonly verbose?: boolean };

export function addGraph(program: Command, context: Context): void {
  const command = program
    .command('graph')
    .summary('the graph of a program')
    .description('Draws the stages of a program and what they read from each other. Runs nothing.')
    .argument('<file>', 'the program')
    .option('--verbose', 'every instance of `each` in a row of its own');
  outputOptions(programOptions(command), drawingFormats).action(
    context.exits(async (file: string, flags: Flags) => {
      const { host } = context;
      const { pipeline } = await openProgram(context, file, flags, (warnings) =>
        showProblems(warnings, host, flags),
      );
      const { pipelineGraph } = await import('../../report/graph.ts');
      const text = await draw(pipelineGraph(pipeline), undefined, flags.format, {
        paint: paintFor(host.stdout, host, { color: flags.color && flags.output === undefined }),
        verbose: flags.verbose === true,
        columns: isRich(host.stdout, host, flags) ? host.stdout.columns : undefined,
      });
      writeResult(context, text, flags.output);
      return 0;
    }),
  );
}
