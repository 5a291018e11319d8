// Runs a plan: independent steps side by side, each once, finished work kept whatever happens. Tells everything as events.
import { Failure, type Diagnostic } from '../parser/diagnostic.ts';
import type { Report } from '../stages/report.ts';
import type { Action } from './action.ts';
import { openAttempts, sweepAttempts } from './attempt.ts';
import { sweepCheckpoints } from './checkpoints.ts';
import { openClaims, sweepClaims } from './claim.ts';
import { conclude, hasConclusion, openExportedFiles } from './conclude.ts';
import type { RunResult } from './event.ts';
import { recoverRemoval } from './gc/trash.ts';
import { partLabel } from './part-names.ts';
import type { Planned, StepPlan } from './plan.ts';
import { remember, type PreviousStep } from './previous.ts';
import { openRunRecord, sweepRunning } from './run-record.ts';
import type { News, RunSettings } from './run-settings.ts';
import { runStep, type StepOutcome, type StepRun } from './run-step.ts';
import { openSlots } from './slots.ts';
import { stillThere } from './still-there.ts';
import { placed } from './step-problem.ts';

/** What became of a step. */
type Settled = 'cached' | 'done' | 'failed' | 'skipped' | 'interrupted';

/** How often in a run a step may run again because its stored result proved damaged. */
const mostRepairs = 2;

/** Never rejects for what a step did. Throws `Failure` where the store itself cannot be used. */
export async function execute(asPlanned: Planned, settings: RunSettings): Promise<RunResult> {
  const { store, signal, now, own } = settings;
  const started = now();
  store.create();
  recoverRemoval(store, own, started);
  await sweepAttempts(store, own, started);
  sweepCheckpoints(store, started);
  sweepClaims(store, own);
  sweepRunning(store, own);
  const attempts = openAttempts(store, own);
  const planned = stillThere(asPlanned, attempts, settings);
  const record = openRunRecord({ planned, settings, drafts: attempts.drafts, started });
  const tell = (news: News): void => {
    const event = { time: now(), ...news };
    record.add(event);
    settings.emit(event);
  };

  const steps = new Map(planned.steps.map((plan) => [plan.step.id, plan]));
  const settled = new Map<string, Settled>();
  const actions = new Map<string, Action>();
  const remembered = new Map<string, PreviousStep>();
  const reports = new Map<string, Report>();
  const repairs = new Map<string, Promise<boolean>>();
  const repaired = new Map<string, number>();
  const exported = openExportedFiles(settings);
  const forced = new Set(
    planned.plan.steps
      .filter(({ reasons }) => reasons.some(({ code }) => code === 'forced'))
      .map(({ id }) => id),
  );
  const run: StepRun = {
    settings,
    attempts,
    claims: openClaims(store, attempts.drafts, own, now),
    slots: openSlots(settings.capacity),
    actions,
    fresh: new Set(),
    label: (id, part) => partLabel(steps.get(id)?.step ?? { id, outputs: {} }, part),
    tell,
  };
  let executed = 0;
  let allHeld = true;
  let allWritten = true;
  let firstFailure: string | undefined;

  tell({
    type: 'run-started',
    run: record.id,
    program: planned.plan.program,
    pid: own.pid,
    plan: planned.plan,
  });
  try {
    await runAll();
    const result = summarize();
    keepRecords();
    tell({ type: 'run-finished', run: record.id, result });
    return result;
  } finally {
    record.close();
    await settings.executor.close();
    await attempts.close();
  }

  /** Without room on the disk the results stay; only the next plan knows less of what changed. */
  function keepRecords(): void {
    try {
      const ids = new Set(planned.pipeline.steps.map(({ id }) => id));
      remember({ store, programFile: settings.programFile, ids, steps: remembered, drafts: attempts.drafts });
      exported.save(attempts.drafts);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  /** Starts every step once all it needs is settled; resolves when nothing runs and nothing can start. */
  async function runAll(): Promise<void> {
    const missing = new Map<string, number>();
    const dependents = new Map<string, string[]>();
    const twins = planned.steps.flatMap(({ step, twin }) =>
      twin === undefined ? [] : [[twin, step.id] as const],
    );
    for (const [from, to] of [...planned.plan.edges, ...twins]) {
      missing.set(to, (missing.get(to) ?? 0) + 1);
      const list = dependents.get(from);
      if (list === undefined) dependents.set(from, [to]);
      else list.push(to);
    }
    const ready = planned.steps.filter(({ step }) => !missing.has(step.id));
    let next = 0;
    let active = 0;
    await new Promise<void>((resolve, reject) => {
      const settle = (id: string, outcome: Settled): void => {
        settled.set(id, outcome);
        for (const dependent of dependents.get(id) ?? []) {
          const left = (missing.get(dependent) ?? 0) - 1;
          missing.set(dependent, left);
          const plan = steps.get(dependent);
          if (left === 0 && plan !== undefined) ready.push(plan);
        }
      };
      const start = (plan: StepPlan): void => {
        active += 1;
        runOne(plan).then((outcome) => {
          active -= 1;
          settle(plan.step.id, outcome);
          startReady();
        }, reject);
      };
      const startReady = (): void => {
        for (let plan = ready[next]; plan !== undefined; plan = ready[next]) {
          next += 1;
          const { id } = plan.step;
          const blocked = blockedBy(plan);
          if (plan.action !== undefined) settle(id, finish(plan, { state: 'cached', action: plan.action }));
          else if (blocked !== undefined) settle(id, finish(plan, { state: 'blocked', by: blocked }));
          else if (signal.aborted) settle(id, 'interrupted');
          else start(plan);
        }
        if (active === 0) resolve();
      };
      startReady();
    });
  }

  /** The failed step because of which this one is not tried. */
  function blockedBy({ step, planned: { inputs } }: StepPlan): string | undefined {
    for (const id of [...inputs, ...step.after]) {
      const state = settled.get(id);
      if (state === 'failed' || state === 'skipped') return id;
    }
    return settings.keepGoing ? undefined : firstFailure;
  }

  async function runOne(plan: StepPlan): Promise<Settled> {
    for (;;) {
      const outcome = await runStep(plan, run, () => blockedBy(plan));
      if (outcome.state !== 'corrupt') return finish(plan, outcome);
      const mended = await repairInputs(plan, outcome.objects);
      if (signal.aborted) return finish(plan, { state: 'interrupted', started: true });
      if (!mended) return finish(plan, { state: 'failed', diagnostics: outcome.diagnostics });
    }
  }

  /** Runs the steps again that made the damaged objects; several readers of one wait for the same repair. */
  async function repairInputs(
    { planned: { inputs } }: StepPlan,
    objects: readonly string[],
  ): Promise<boolean> {
    for (const digest of objects) store.discard(digest);
    const makers = inputs.filter((id) => {
      const outputs = Object.values(actions.get(id)?.outputs ?? {});
      return outputs.some(({ files }) => files.some(({ digest }) => objects.includes(digest)));
    });
    const results = await Promise.all(
      makers.map((id) => {
        const repair = repairs.get(id) ?? repairStep(id).finally(() => repairs.delete(id));
        repairs.set(id, repair);
        return repair;
      }),
    );
    return makers.length > 0 && results.every((mended) => mended);
  }

  async function repairStep(id: string): Promise<boolean> {
    const plan = steps.get(id);
    const times = (repaired.get(id) ?? 0) + 1;
    repaired.set(id, times);
    if (plan === undefined || times > mostRepairs) return false;
    tell({ type: 'step-note', step: id, message: 'its stored result proved damaged, so it runs again' });
    const outcome = await runOne({ ...plan, always: false });
    return outcome === 'done' || outcome === 'cached';
  }

  function finish(plan: StepPlan, outcome: Exclude<StepOutcome, { state: 'corrupt' }>): Settled {
    const { step } = plan;
    switch (outcome.state) {
      case 'cached':
      case 'done': {
        const { action } = outcome;
        if (outcome.state === 'done') executed += 1;
        else tell({ type: 'step-cached', step: step.id, key: action.key });
        actions.set(step.id, action);
        const { key, parts, seconds } = action;
        remembered.set(step.id, { key, parts, outcome: 'done', seconds });
        return concluded(plan, action) ? outcome.state : 'failed';
      }
      case 'failed': {
        const { key, parts } = outcome;
        if (key !== undefined && parts !== undefined)
          remembered.set(step.id, { key, parts, outcome: 'failed' });
        return failed(step.id, outcome.diagnostics);
      }
      case 'interrupted':
        if (outcome.started)
          tell({ type: 'step-interrupted', step: step.id, checkpoint: outcome.checkpoint ?? false });
        return 'interrupted';
      case 'blocked':
        tell({ type: 'step-skipped', step: step.id, because: outcome.by });
        return 'skipped';
      default:
        return outcome satisfies never;
    }
  }

  function failed(id: string, diagnostics: readonly Diagnostic[]): 'failed' {
    firstFailure ??= id;
    tell({ type: 'step-failed', step: id, diagnostics });
    return 'failed';
  }

  function concluded({ step }: StepPlan, action: Action): boolean {
    if (!hasConclusion(step)) return true;
    try {
      const { report, held, written } = conclude(step, action, settings, { exported, forced, tell });
      if (report !== undefined) reports.set(step.id, report);
      allHeld &&= held;
      allWritten &&= written;
      return true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed(
        step.id,
        error.diagnostics.map((one) => placed(one, step)),
      );
      return false;
    }
  }

  function summarize(): RunResult {
    const count = (state: Settled): number => [...settled.values()].filter((one) => one === state).length;
    const failures = count('failed');
    const interrupted = signal.aborted && count('interrupted') > 0;
    return {
      outcome: interrupted
        ? 'interrupted'
        : failures > 0 || !allWritten
          ? 'failed'
          : allHeld
            ? 'done'
            : 'requirement-failed',
      seconds: (now() - started) / 1000,
      executed,
      cached: count('cached'),
      failed: failures,
      skipped: count('skipped'),
      reports: planned.steps.flatMap(({ step: { id, marks } }) => {
        const report = reports.get(id);
        return report === undefined ? [] : [{ step: id, report, marks }];
      }),
    };
  }
}
