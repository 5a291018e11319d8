// The plan of a program: what would run, and why. Runs nothing, loads no engine, writes nothing but what it knows of files.
import type { Planned } from '../plan.ts';
import { planGraph } from '../report/graph.ts';
import { exitCodes, paintFor, type Context } from './context.ts';
import { draw } from './draw.ts';
import { hubModels } from './hub-models.ts';
import { openProgram, type OpenProgram } from './open-program.ts';
import type { DrawingFormat, OutputFlags, ProgramFlags } from './options.ts';
import { planProgram, type PlanFlags } from './plan-program.ts';
import { writeResult } from './result-output.ts';

export type PlanCommandFlags = ProgramFlags &
  PlanFlags &
  OutputFlags<DrawingFormat> & {
    readonly verbose?: boolean;
    readonly detailedExitcode?: boolean;
  };

/** With how much there is to download, as far as the hub tells. */
async function planWithSizes(
  { host }: Context,
  open: OpenProgram,
  targets: readonly string[],
  flags: PlanCommandFlags,
): Promise<Planned> {
  const planned = planProgram(open, targets, flags);
  const sources = hubModels(planned, false).map(({ source }) => source);
  if (sources.length === 0) return planned;
  const { downloadSizes } = await import('../hub/download-sizes.ts');
  return planProgram(open, targets, flags, await downloadSizes(host.env, sources));
}

export async function showPlan(
  context: Context,
  file: string,
  targets: readonly string[],
  flags: PlanCommandFlags,
): Promise<number> {
  const { stdout } = context.host;
  const open = await openProgram(context, file, flags);
  const { plan } = await planWithSizes(context, open, targets, flags);
  open.digester.save();
  const docs = open.pipeline.steps.flatMap(({ id, doc }) => (doc === undefined ? [] : [[id, doc] as const]));
  const toFile = flags.output !== undefined;
  const text = await draw(planGraph(plan, new Map(docs)), plan, flags.format, {
    paint: paintFor(stdout, context.host, { color: flags.color && !toFile }),
    verbose: flags.verbose === true,
    columns: stdout.isTTY && !toFile ? stdout.columns : undefined,
  });
  writeResult(context, text, flags.output);
  const { run, pending } = plan.summary;
  return flags.detailedExitcode === true && run + pending > 0 ? exitCodes.wouldRun : exitCodes.done;
}
