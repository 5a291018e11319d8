// The graph of a program alone; asks no store what is there already.
import { pipelineGraph } from '../report/graph.ts';
import { exitCodes, paintFor, type Context } from './context.ts';
import { draw } from './draw.ts';
import { openProgram } from './open-program.ts';
import type { DrawingFormat, OutputFlags, ProgramFlags } from './options.ts';
import { writeResult } from './result-output.ts';

export type GraphFlags = ProgramFlags & OutputFlags<DrawingFormat> & { readonly verbose?: boolean };

export async function drawGraph(context: Context, file: string, flags: GraphFlags): Promise<number> {
  const { stdout } = context.host;
  const { pipeline } = await openProgram(context, file, flags);
  const toFile = flags.output !== undefined;
  const text = await draw(pipelineGraph(pipeline), undefined, flags.format, {
    paint: paintFor(stdout, context.host, { color: flags.color && !toFile }),
    verbose: flags.verbose === true,
    columns: stdout.isTTY && !toFile ? stdout.columns : undefined,
  });
  writeResult(context, text, flags.output);
  return exitCodes.done;
}
