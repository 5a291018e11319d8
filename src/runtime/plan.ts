// What would run and why, decided from contents. First phase with IO; loads no engine. The result is plain JSON.
import type { CheckedStep, Pipeline } from '../compiler/pipeline.ts';
import type { Cost } from '../stages/cost.ts';
import type { Action } from './action.ts';
import { inputSteps, openDecisions } from './decide.ts';
import { generationOf } from './gc/generation.ts';
import type { KeyParts } from './key.ts';
import type { Previous } from './previous.ts';
import type { Digests, Store } from './store.ts';
import { selectSteps, type PlaceOfName } from './targets.ts';

export type ReasonCode =
  | 'never_ran'
  | 'option_changed'
  | 'stage_changed'
  | 'input_changed'
  | 'input_missing'
  | 'upstream_runs'
  | 'environment_changed'
  | 'device_changed'
  | 'output_missing'
  | 'output_corrupt'
  | 'forced'
  | 'previous_failed'
  | 'not_cached';

export interface Reason {
  readonly code: ReasonCode;
  /** What changed: an option (`epochs`), an input (`from`), a stage, a step (`parts[seed=1]`), an object's name. */
  readonly path?: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** Where the changed thing is written. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export type StepState = 'cached' | 'run' | 'pending';

export interface PlannedStep {
  readonly id: string;
  readonly kind: string;
  readonly state: StepState;
  /** The reasons in one line for people; empty for `cached`. */
  readonly why: string;
  readonly reasons: readonly Reason[];
  /** Ids of the steps it reads from. */
  readonly inputs: readonly string[];
  /** Absent while an input's contents are unknown. */
  readonly key?: string;
  /** What the step took last time, and what can be counted of it before it runs; not of what is cached. */
  readonly estimate?: Estimate;
}

export interface Estimate {
  readonly seconds?: number;
  /** Without a count where that is not known before other steps have run. */
  readonly counts?: readonly Cost[];
}

export interface Plan {
  readonly version: 1;
  /** Path of the program as shown to people. */
  readonly program: string;
  /** The steps that the targets need, in the pipeline's order. */
  readonly steps: readonly PlannedStep[];
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly summary: { readonly cached: number; readonly run: number; readonly pending: number };
}

/** What the executor needs of a plan beyond what is shown. */
export interface Planned {
  readonly plan: Plan;
  /** Of the store when the plan was begun. */
  readonly generation: string;
  readonly pipeline: Pipeline;
  /** The planned steps, in the same order. */
  readonly steps: readonly StepPlan[];
}

export interface StepPlan {
  readonly step: CheckedStep;
  readonly planned: PlannedStep;
  /** Known with the key. */
  readonly parts?: KeyParts;
  /** The stored result of a cached step. */
  readonly action?: Action;
  /** Runs whatever the store has. */
  readonly always: boolean;
  /** An earlier step that does the same work, or makes a lost object that both share: then this one need not run. */
  readonly twin?: string;
  /** Time of the stored record of which something is lost or damaged. */
  readonly flawed?: number;
}

export interface PlanOptions {
  readonly digests: Digests;
  readonly previous: Previous;
  /** Of the models that come with FSL. */
  readonly builtinVersion: (name: string) => string | undefined;
  /** Targets, stages or instances; without any the program's own. */
  readonly targets?: readonly string[];
  /** Stages that run whatever the store has; `true` for all. */
  readonly force?: boolean | readonly string[];
  /** Asked for on the command line; a stage's own `device:` goes first. */
  readonly device?: 'auto' | 'cpu' | 'gpu';
  /** How a data file is called when talking to people. Default: as it is. */
  readonly show?: (path: string) => string;
  /** Bytes that are to be downloaded of models of the hub, by how they are written; without those of which that is not known. */
  readonly downloads?: ReadonlyMap<string, number>;
  /** Where the targets and forced stages are written. */
  readonly placeOf?: PlaceOfName;
}

export function plan(pipeline: Pipeline, store: Store, options: PlanOptions): Plan {
  return planSteps(pipeline, store, options).plan;
}

/** Throws `Failure` (`command-line`) where `targets` or `force` name nothing. */
export function planSteps(pipeline: Pipeline, store: Store, options: PlanOptions): Planned {
  const generation = generationOf(store);
  const targets = options.targets ?? [];
  const wanted =
    targets.length === 0 ? pipeline.defaultTargets : selectSteps(pipeline, targets, options.placeOf);
  const reads = new Map(pipeline.steps.map((step) => [step, inputSteps(step)]));
  const needed = withNeeds(pipeline, wanted, reads);
  const decide = openDecisions(pipeline, store, options);
  const steps: StepPlan[] = [];
  const edges: (readonly [string, string])[] = [];
  const summary = { cached: 0, run: 0, pending: 0 };
  for (const step of pipeline.steps) {
    if (!needed.has(step.id)) continue;
    const inputs = reads.get(step) ?? [];
    const decision = decide(step, inputs);
    steps.push(decision);
    summary[decision.planned.state] += 1;
    const before = step.after.length === 0 ? inputs : new Set([...inputs, ...step.after]);
    for (const from of before) edges.push([from, step.id]);
  }
  const planned = steps.map((step) => step.planned);
  return {
    plan: { version: 1, program: pipeline.source.path, steps: planned, edges, summary },
    generation,
    pipeline,
    steps,
  };
}

/** The steps, and all that they need, directly or through others. */
function withNeeds(
  pipeline: Pipeline,
  wanted: readonly string[],
  reads: ReadonlyMap<CheckedStep, readonly string[]>,
): ReadonlySet<string> {
  const needed = new Set(wanted);
  for (const step of pipeline.steps.toReversed()) {
    if (!needed.has(step.id)) continue;
    for (const id of reads.get(step) ?? []) needed.add(id);
    for (const id of step.after) needed.add(id);
  }
  return needed;
}
