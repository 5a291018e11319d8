// What happens during a run: a closed set, the only source of progress, tables, run records and pages.
import type { Mark } from '../compiler/pipeline.ts';
import type { Diagnostic } from '../parser/diagnostic.ts';
import type { Computation } from '../stages/stage.ts';
import type { Plan } from './plan.ts';
import type { Report } from '../stages/report.ts';

/** All events carry the time in milliseconds since the epoch. */
export type Event = { readonly time: number } & (
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly program: string;
      readonly pid: number;
      readonly plan: Plan;
    }
  /** A step's contents were found in the store, at the start or once its inputs were known (early cut-off). */
  | { readonly type: 'step-cached'; readonly step: string; readonly key: string }
  | { readonly type: 'step-started'; readonly step: string; readonly key: string; readonly attempt: number }
  | {
      readonly type: 'step-progress';
      readonly step: string;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
      readonly detail?: string;
    }
  | { readonly type: 'step-note'; readonly step: string; readonly message: string }
  /** Another runner is on it; who, and since when. */
  | {
      readonly type: 'step-waiting';
      readonly step: string;
      readonly pid: number;
      readonly host: string;
      readonly since: number;
    }
  | {
      readonly type: 'step-finished';
      readonly step: string;
      readonly key: string;
      readonly seconds: number;
      readonly bytes: number;
      /** Where it computed tensors. */
      readonly computed?: Computation;
    }
  | { readonly type: 'step-failed'; readonly step: string; readonly diagnostics: readonly Diagnostic[] }
  /** Not tried, because a step it needs failed. */
  | { readonly type: 'step-skipped'; readonly step: string; readonly because: string }
  | {
      readonly type: 'step-interrupted';
      readonly step: string;
      /** Whether it goes on from a checkpoint next time. */
      readonly checkpoint: boolean;
    }
  /** A file of `to:` is not as the result is: warnings where somebody changed it, errors where it could not be written. */
  | { readonly type: 'output-left'; readonly step: string; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly type: 'requirement';
      readonly step: string;
      readonly text: string;
      readonly held: boolean;
      readonly detail: string;
    }
  | { readonly type: 'run-finished'; readonly run: string; readonly result: RunResult }
);

/** A report with what its reader has to know from the graph. */
export interface MarkedReport {
  readonly step: string;
  readonly report: Report;
  readonly marks: readonly Mark[];
}

export interface RunResult {
  readonly outcome: 'done' | 'failed' | 'requirement-failed' | 'interrupted';
  readonly seconds: number;
  /** Steps by what became of them. */
  readonly executed: number;
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  readonly reports: readonly MarkedReport[];
}

export type EventOf<T extends Event['type']> = Extract<Event, { readonly type: T }>;
