// One step from its inputs to its published result: looked up, claimed, run in private, checked, published. Whatever goes
// wrong, the store is as it was before, or has the whole result.
import { Failure, type Diagnostic } from '../parser/diagnostic.ts';
import { namesOf, type Action } from './action.ts';
import type { Attempts } from './attempt.ts';
import { runAttempt, type Work } from './attempt-step.ts';
import { dropCheckpoints } from './checkpoints.ts';
import { isClaim, type Claims, type Holder } from './claim.ts';
import { deviceReason } from './decide.ts';
import { demandOf, threadsOf } from './demand.ts';
import { actionKey, keyParts, type KeyParts } from './key.ts';
import type { StepPlan } from './plan.ts';
import type { News, RunSettings } from './run-settings.ts';
import type { Slots } from './slots.ts';
import { resolveInputs } from './step-inputs.ts';
import { missingFile, placed } from './step-problem.ts';

export interface StepRun {
  readonly settings: RunSettings;
  readonly attempts: Attempts;
  readonly claims: Claims;
  readonly slots: Slots;
  /** Results of the steps that are done. */
  readonly actions: ReadonlyMap<string, Action>;
  /** Keys whose step has run in this run: their results are as new as can be. */
  readonly fresh: Set<string>;
  /** How a part of a step is called when talking to people. */
  readonly label: (step: string, part: string) => string;
  tell(news: News): void;
}

export type StepOutcome =
  | { readonly state: 'cached' | 'done'; readonly action: Action }
  | {
      readonly state: 'failed';
      readonly diagnostics: readonly Diagnostic[];
      readonly key?: string;
      readonly parts?: KeyParts;
    }
  /** Objects it read have other contents than they should. */
  | {
      readonly state: 'corrupt';
      readonly objects: readonly string[];
      readonly diagnostics: readonly Diagnostic[];
    }
  /** Another step failed before this one was started. */
  | { readonly state: 'blocked'; readonly by: string }
  /** `checkpoint`: whether one is kept of what it has done. */
  | { readonly state: 'interrupted'; readonly started: boolean; readonly checkpoint?: boolean };

/** `blockedBy` names the failed step because of which this one must not start. Rejects only for mistakes of our own. */
export async function runStep(
  plan: StepPlan,
  run: StepRun,
  blockedBy: () => string | undefined,
): Promise<StepOutcome> {
  const { settings, slots } = run;
  const { step } = plan;
  for (let announced = false; ;) {
    const free = await slots.take(demandOf(step.common, settings.engine.device));
    let attempted: StepOutcome | Busy;
    try {
      const by = blockedBy();
      if (by !== undefined) return { state: 'blocked', by };
      if (settings.signal.aborted) return { state: 'interrupted', started: false };
      attempted = await lookUpOrRun(plan, run, threadsOf(step.common, slots));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { state: 'failed', diagnostics: error.diagnostics.map((one) => placed(one, step)) };
    } finally {
      free();
    }
    if (attempted.state !== 'busy') return attempted;
    const { holder, key } = attempted;
    if (!announced && holder.pid !== settings.own.pid) {
      run.tell({ type: 'step-waiting', step: step.id, ...holder });
      announced = true;
    }
    try {
      await run.claims.wait(key, settings.signal);
    } catch (error) {
      if (settings.signal.aborted) return { state: 'interrupted', started: false };
      throw error;
    }
  }
}

/** Somebody else is on it. */
interface Busy {
  readonly state: 'busy';
  readonly key: string;
  readonly holder: Holder;
}

async function lookUpOrRun(
  { step, planned, always, flawed }: StepPlan,
  run: StepRun,
  threads: number,
): Promise<StepOutcome | Busy> {
  const inputs = resolveInputs(step, run);
  if ('missing' in inputs)
    return { state: 'failed', diagnostics: [missingFile(step, inputs.missing, run.settings)] };
  const parts = keyParts(step, inputs.known);
  const key = actionKey(parts);
  const work: Work = { step, key, parts, run, threads };
  const forced = always && planned.reasons.some(({ code }) => code === 'forced');
  const found = (): Action | undefined => (always && !run.fresh.has(key) ? undefined : usable(work, flawed));
  const early = found();
  if (early !== undefined) return { state: 'cached', action: early };
  const claim = run.claims.take(key);
  if (!isClaim(claim)) return { state: 'busy', key, holder: claim };
  try {
    if (forced && !run.fresh.has(key)) await dropCheckpoints(run.settings.store, key);
    const late = found(); // another runner may have finished it between the look and the claim
    return late === undefined ? await runClaimed(work) : { state: 'cached', action: late };
  } finally {
    claim.release();
  }
}

/** A stored result that is whole, was computed where it was asked for, and is not the one the plan found flawed. */
function usable({ step, key, run }: Work, flawed: number | undefined): Action | undefined {
  const { settings, attempts } = run;
  attempts.use([key]);
  const lookup = settings.store.action(key);
  if (lookup.state !== 'found' || lookup.action.time === flawed) return undefined;
  if (deviceReason(step, lookup.action, settings.engine) !== undefined) return undefined;
  attempts.use(namesOf(lookup.action));
  return settings.store.flaw(lookup.action, settings.digests) === undefined ? lookup.action : undefined;
}

/** Tries, and tries again as often as `retries` says. */
async function runClaimed(work: Work): Promise<StepOutcome> {
  const { step, key, parts, run } = work;
  for (let attempt = 1; ; attempt += 1) {
    run.tell({ type: 'step-started', step: step.id, key, attempt });
    const outcome = await runAttempt(work);
    if (outcome.state !== 'failed') return outcome;
    if (attempt > step.common.retries) return { ...outcome, key, parts };
    run.tell({
      type: 'step-note',
      step: step.id,
      message: `attempt ${attempt} failed, trying again: ${outcome.diagnostics[0]?.message ?? ''}`,
    });
  }
}
