// What a plan has found in the store, once more when the run begins: `fslrun gc` may have been there in between.
import { namesOf } from './action.ts';
import type { Attempts } from './attempt.ts';
import { generationOf } from './gc/generation.ts';
import type { Planned, StepPlan } from './plan.ts';
import type { RunSettings } from './run-settings.ts';

/** From here on `fslrun gc` leaves what the plan has found. What it took before that is not taken for cached: the step looks again, and runs. */
export function stillThere(planned: Planned, attempts: Attempts, { store, digests }: RunSettings): Planned {
  attempts.use(planned.steps.flatMap(({ action }) => (action === undefined ? [] : namesOf(action))));
  if (generationOf(store) === planned.generation) return planned;
  const steps = planned.steps.map(({ action, ...plan }): StepPlan => {
    if (action === undefined) return plan;
    const there = store.action(action.key).state === 'found' && store.flaw(action, digests) === undefined;
    return there ? { ...plan, action } : plan;
  });
  return { ...planned, steps };
}
