// `fslrun plan`, and `--dry-run` of a run: the graph with the state of every step and why. Runs nothing, loads no engine.
import type { Command } from 'commander';
import { exitCodes, paintFor, type Context } from '../context.ts';
import { draw, drawingFormats, type DrawingFormat } from '../draw.ts';
import { openProgram } from '../open-program.ts';
import { outputOptions, programOptions, type OutputFlags, type ProgramFlags } from '../options.ts';
import { showProblems } from '../problems.ts';
import { writeResult } from '../result-output.ts';

export type PlanCommandFlags = ProgramFlags &
  OutputFlags<DrawingFormat> & {
    readonly verbose?: boolean;
    readonly quiet?: boolean;
    readonly force?: string | true;
    readonly device?: 'auto' | 'cpu' | 'gpu';
    readonly detailedExitcode?: boolean;
  };

export function addPlan(program: Command, context: Context): void {
  const command = program
    .command('plan')
    .summary('what would run, and why')
    .description(
      'The same as `fslrun FILE --dry-run`: the graph, and for every step whether it is cached, would run or waits.',
    )
    .argument('<file>', 'the program')
    .argument('[targets...]', 'targets, stages or instances; else all reports and files')
    .option('--force [stage]', 'as if the stage had never run; without a name, all of them')
    .option('--detailed-exitcode', 'exit with 4 when something would run')
    .option('--verbose', 'every instance of `each` in a row of its own');
  outputOptions(programOptions(command), drawingFormats).action(
    context.exits((file: string, targets: readonly string[], flags: PlanCommandFlags) =>
      showPlan(context, file, targets, flags),
    ),
  );
}

export async function showPlan(
  context: Context,
  file: string,
  targets: readonly string[],
  flags: PlanCommandFlags,
): Promise<number> {
  const { host } = context;
  const open = await openProgram(context, file, flags, async (warnings) => {
    if (flags.quiet !== true) await showProblems(warnings, host, flags);
  });
  const [{ planProgram }, { planGraph }] = await Promise.all([
    import('../plan-program.ts'),
    import('../../report/graph.ts'),
  ]);
  const { plan } = planProgram(open, targets, flags);
  open.digester.save();
  const docs = new Map(open.pipeline.steps.flatMap(({ id, doc }) => (doc === undefined ? [] : [[id, doc]])));
  const toTerminal = flags.output === undefined;
  const text = await draw(planGraph(plan, docs), plan, flags.format, {
    paint: paintFor(host.stdout, host, { color: flags.color && toTerminal }),
    verbose: flags.verbose === true,
    columns: host.stdout.isTTY && toTerminal ? host.stdout.columns : undefined,
  });
  writeResult(context, text, flags.output);
  const { run, pending } = plan.summary;
  return flags.detailedExitcode === true && run + pending > 0 ? exitCodes.wouldRun : exitCodes.done;
}
