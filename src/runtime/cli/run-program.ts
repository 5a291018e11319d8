// Runs a planned program: connects the events of the run with progress, NDJSON and the table at the end.
import { Failure, type Diagnostic } from '../../parser/diagnostic.ts';
import { capacityOf } from '../demand.ts';
import type { Environment } from '../secrets.ts';
import type { Event, RunResult } from '../event.ts';
import { execute } from '../execute.ts';
import { localExecutor } from '../executors/local.ts';
import { faultFrom } from '../fault.ts';
import { ownIdentity } from '../../stages/process-identity.ts';
import { codeVersion } from '../../stages/registry.ts';
import type { Planned } from '../plan.ts';
import type { RunSettings } from '../run-settings.ts';
import { eventJson } from '../report/events-json.ts';
import { ProgressView } from '../report/progress.ts';
import { requirementLine, runText, type Requirement } from '../report/run-text.ts';
import { exitCodes, isRich, paintFor, type Context } from './context.ts';
import { checkProgram, openProgram, type OpenProgram } from './open-program.ts';
import type { EngineFlags, ProgramFlags } from './options.ts';
import { hubModels } from './hub-models.ts';
import { planProgram, type PlanFlags } from './plan-program.ts';
import { showProblems } from './problems.ts';
import { repeatedFlags } from './repeated-flags.ts';
import { refuseUnsetSecrets } from './unset-secrets.ts';
import { version } from './version.ts';

export type RunFlags = ProgramFlags &
  PlanFlags &
  EngineFlags & {
    readonly jobs?: number;
    readonly keepGoing?: boolean;
    readonly update?: boolean;
    readonly json?: boolean;
    readonly quiet?: boolean;
    readonly verbose?: boolean;
  };

const outcomes: Readonly<Record<RunResult['outcome'], keyof typeof exitCodes>> = {
  done: 'done',
  failed: 'failed',
  'requirement-failed': 'requirementFailed',
  interrupted: 'interrupted',
};

/** Steps at once, when nobody says: more would only wait for the same cores and memory. */
const mostJobs = 4;
/** Width of tables that go to a pipe or a file. */
const pipeColumns = 120;
const redrawEvery = 500; // ms

export async function runFile(
  context: Context,
  file: string,
  targets: readonly string[],
  flags: RunFlags,
): Promise<number> {
  const { pipeline, diagnostics, open: checked } = await checkProgram(context, file, flags);
  if (pipeline === undefined) throw new Failure(...diagnostics);
  const open = { ...checked, pipeline };
  const wanted = hubModels(planProgram(open, targets, flags), flags.update === true);
  if (wanted.length === 0) {
    if (flags.quiet !== true) showProblems(diagnostics, context.host, flags);
    return exitCodes[await runProgram(context, open, targets, flags)];
  }
  const { fetchModels } = await import('./fetch-models.ts');
  if (!(await fetchModels(context, wanted, flags))) return exitCodes.interrupted;
  // With the models at hand the program is checked once more: what they are was not known before.
  return exitCodes[await runProgram(context, await openProgram(context, file, flags), targets, flags)];
}

export async function runProgram(
  context: Context,
  open: OpenProgram,
  targets: readonly string[],
  flags: RunFlags,
): Promise<keyof typeof exitCodes> {
  const { host } = context;
  const planned = planProgram(open, targets, flags);
  refuseUnsetSecrets(planned, host.env);
  const stop = new AbortController();
  const view = new ProgressView({
    terminal: host.stderr,
    paint: paintFor(host.stderr, host, flags),
    live: isRich(host.stderr, host, flags) && flags.json !== true && flags.quiet !== true,
    verbose: flags.verbose === true,
    now: () => host.now(),
  });
  const seen = listen(context, flags, view);
  const release = interruptible(context, stop, view);
  const clock = setInterval(() => view.draw(), redrawEvery);
  clock.unref();
  try {
    const result = await execute(planned, settingsOf(context, open, flags, stop.signal, seen.hear));
    open.digester.save();
    view.clear();
    showProblems(seen.problems, host, flags);
    if (flags.json !== true)
      host.stdout.write(summaryOf(context, open, planned, { result, targets }, seen, flags));
    return outcomes[result.outcome];
  } catch (error) {
    view.clear();
    if (!(error instanceof Failure)) throw error;
    showProblems(error.diagnostics, host, flags); // the store cannot be used: steps may have run before
    return 'failed';
  } finally {
    clearInterval(clock);
    release();
  }
}

function summaryOf(
  { host }: Context,
  open: OpenProgram,
  { plan }: Planned,
  { result, targets }: { readonly result: RunResult; readonly targets: readonly string[] },
  { requirements, left }: Seen,
  flags: RunFlags,
): string {
  const paint = paintFor(host.stdout, host, flags);
  if (flags.quiet === true)
    return requirements
      .filter(({ held }) => !held)
      .map((one) => `${requirementLine(one, paint)}\n`)
      .join('');
  const outputs = outputsOf(
    open,
    plan.steps.filter(({ id }) => !left.has(id)),
    result,
  );
  const store = open.show(open.store.directory);
  const columns = host.stdout.isTTY ? host.stdout.columns : pipeColumns;
  return runText(
    {
      result,
      requirements,
      outputs,
      store,
      program: open.pipeline.source.path,
      flags: repeatedFlags(flags),
      targets,
      stages: open.pipeline.steps.length,
      columns,
    },
    paint,
  );
}

interface Seen {
  readonly problems: Diagnostic[];
  /** Steps whose files of `to:` are not as their results are. */
  readonly left: ReadonlySet<string>;
  readonly requirements: Requirement[];
  readonly hear: (event: Event) => void;
}

function listen(context: Context, flags: RunFlags, view: ProgressView): Seen {
  const problems: Diagnostic[] = [];
  const left = new Set<string>();
  const requirements: Requirement[] = [];
  return {
    problems,
    left,
    requirements,
    hear: (event) => {
      if (flags.json === true) context.host.stdout.write(eventJson(event));
      if (event.type === 'step-failed' || event.type === 'output-left') problems.push(...event.diagnostics);
      if (event.type === 'output-left') left.add(event.step);
      if (event.type === 'requirement') requirements.push(event);
      if (flags.quiet !== true) view.show(event);
    },
  };
}

/** The first Ctrl-C lets the run end in good order, the second ends at once. */
function interruptible({ host }: Context, stop: AbortController, view: ProgressView): () => void {
  return host.onInterrupt(() => {
    if (stop.signal.aborted) {
      host.exit(130);
      return;
    }
    view.clear();
    host.stderr.write('Interrupted: finished work is kept. Stopping; Ctrl-C again ends at once.\n');
    stop.abort();
  });
}

function settingsOf(
  context: Context,
  open: OpenProgram,
  flags: RunFlags,
  signal: AbortSignal,
  emit: (event: Event) => void,
): RunSettings {
  const { host, workerPath } = context;
  return {
    store: open.store,
    digests: open.digester,
    programFile: open.path,
    executor: localExecutor({ workerPath, env: defined(host.env) }),
    capacity: capacityOf(host.machine, flags.jobs ?? Math.min(mostJobs, host.machine.cores)),
    engine: { backend: flags.backend, device: flags.device ?? 'auto' },
    keepGoing: flags.keepGoing === true,
    signal,
    own: ownIdentity(),
    versions: { fslrun: version, node: host.machine.node, platform: host.machine.platform },
    env: host.env,
    fault: faultFrom(host.env['FSL_FAULT']),
    builtinVersion: (name) => codeVersion(open.registry.builtin(name)),
    show: (path) => open.show(path),
    now: () => host.now(),
    emit,
  };
}

function defined(env: Environment): Readonly<Record<string, string>> {
  const entries = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

/** Files that the program asked for, of the steps that this run dealt with. */
function outputsOf(
  { pipeline, show }: OpenProgram,
  steps: readonly { readonly id: string }[],
  result: RunResult,
): readonly { readonly step: string; readonly path: string }[] {
  if (result.outcome === 'failed' || result.outcome === 'interrupted') return [];
  const dealtWith = new Set(steps.map(({ id }) => id));
  return pipeline.steps
    .filter(({ id }) => dealtWith.has(id))
    .flatMap(({ id, definition, options }) =>
      (definition.exports?.(options) ?? []).map(({ to }) => ({ step: id, path: show(to) })),
    );
}
