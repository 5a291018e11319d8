// What would run and why, decided from contents. First phase with IO; loads no engine. The result is plain JSON.

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
  /** What changed: an option (`epochs`), an input (`from`), a step (`parts[seed=1]`), an object's name. */
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
  /** From what the step cost last time. */
  readonly estimate?: { readonly seconds: number };
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
