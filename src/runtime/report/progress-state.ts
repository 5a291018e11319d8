// Where a run stands, as a fold over its events. Pure: the time is that of the events.
import type { Event } from '../event.ts';

export interface ProgressState {
  readonly total: number;
  /** Steps that ended in any way. */
  readonly done: number;
  readonly cached: number;
  readonly failed: number;
  /** Steps at work or waiting for another runner, oldest first. */
  readonly active: ReadonlyMap<string, Active>;
}

export interface Active {
  readonly step: string;
  readonly since: number;
  readonly waitingFor?: { readonly pid: number; readonly host: string };
  readonly latest?: {
    readonly done: number;
    readonly total: number;
    readonly unit: string;
    readonly detail?: string;
    readonly time: number;
  };
  /** The first progress seen: rates are measured from here, so that loading a model does not count. */
  readonly first?: { readonly done: number; readonly time: number };
}

export const idle: ProgressState = { total: 0, done: 0, cached: 0, failed: 0, active: new Map() };

export function advance(state: ProgressState, event: Event): ProgressState {
  switch (event.type) {
    case 'run-started':
      return { ...idle, total: event.plan.steps.length };
    case 'step-cached':
      return { ...ended(state, event.step), cached: state.cached + 1 };
    case 'step-started':
      return activated(state, { step: event.step, since: event.time });
    case 'step-waiting': {
      const { step, pid, host, since } = event;
      return activated(state, { step, since, waitingFor: { pid, host } });
    }
    case 'step-progress': {
      const before = state.active.get(event.step) ?? { step: event.step, since: event.time };
      const { done, total, unit, time } = event;
      const first = before.first !== undefined && before.first.done <= done ? before.first : { done, time };
      const detail = event.detail === undefined ? {} : { detail: event.detail };
      return activated(state, { ...before, first, latest: { done, total, unit, time, ...detail } });
    }
    case 'step-failed':
      return { ...ended(state, event.step), failed: state.failed + 1 };
    case 'step-finished':
    case 'step-skipped':
    case 'step-interrupted':
      return ended(state, event.step);
    case 'step-note':
    case 'output-left':
    case 'requirement':
    case 'run-finished':
      return state;
    default:
      return event satisfies never;
  }
}

/** Units a second, and seconds left; `undefined` before there is anything to go by. */
export function speed(active: Active): { readonly rate: number; readonly left: number } | undefined {
  const { first, latest } = active;
  if (first === undefined || latest === undefined) return undefined;
  const seconds = (latest.time - first.time) / 1000;
  const units = latest.done - first.done;
  if (seconds <= 0 || units <= 0) return undefined;
  return { rate: units / seconds, left: ((latest.total - latest.done) * seconds) / units };
}

function activated(state: ProgressState, active: Active): ProgressState {
  return { ...state, active: new Map([...state.active, [active.step, active]]) };
}

function ended(state: ProgressState, step: string): ProgressState {
  const active = new Map(state.active);
  active.delete(step);
  return { ...state, done: state.done + 1, active };
}
