// Words for several instances of one stage: which keys, which states, which reasons. Shared by all drawings of a plan.
import type { StepState } from '../plan.ts';
import type { GraphStage, GraphStep } from './graph.ts';
import { stepKeys } from './graph.ts';

/** Instances of one stage that share a state and a reason. */
export interface Likewise {
  readonly state: StepState | undefined;
  /** Without the keys of single instances. */
  readonly why: string;
  readonly steps: readonly GraphStep[];
}

const order: readonly (StepState | undefined)[] = ['run', 'pending', 'cached', undefined];

/** Those that run first, then pending ones, then cached ones; otherwise in the given order. */
export function likewise(stage: GraphStage): readonly Likewise[] {
  interface Group {
    readonly state: StepState | undefined;
    readonly why: string;
    readonly steps: GraphStep[];
  }
  const groups = new Map<string, Group>();
  let last: Group | undefined;
  for (const step of stage.steps) {
    const state = step.planned?.state;
    const why = withoutKeys(step.planned?.why ?? '');
    // Instances beside each other mostly agree.
    if (last === undefined || last.state !== state || last.why !== why) {
      const known = groups.get(`${state} ${why}`);
      last = known ?? { state, why, steps: [] };
      if (known === undefined) groups.set(`${state} ${why}`, last);
    }
    last.steps.push(step);
  }
  return [...groups.values()].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

/** The state that a folded stage is drawn in: the one that needs most attention. */
export function foldedState(stage: GraphStage): StepState | undefined {
  return order.find((state) => stage.steps.some((step) => step.planned?.state === state));
}

/** `3 run, 7 cached`; one word where all agree. */
export function stateCounts(stage: GraphStage): string {
  const states = (['run', 'pending', 'cached'] as const).map((state) => ({
    state,
    n: stage.steps.filter((step) => step.planned?.state === state).length,
  }));
  const present = states.filter(({ n }) => n > 0);
  if (present.length === 1) return present[0]?.state ?? '';
  return present.map(({ state, n }) => `${n} ${state}`).join(', ');
}

/** ` ×10 [seed=0…9]`; the bracket alone for one instance, nothing outside `each`. */
export function instanceLabel(steps: readonly GraphStep[]): string {
  const times = steps.length > 1 ? ` ×${steps.length}` : '';
  const axes = new Map<string, Set<string>>();
  for (const step of steps)
    for (const [name, value] of stepKeys(step.id)) {
      const values = axes.get(name);
      if (values === undefined) axes.set(name, new Set([value]));
      else values.add(value);
    }
  if (axes.size === 0) return times;
  return `${times} [${[...axes].map(([name, values]) => `${name}=${elided([...values])}`).join(', ')}]`;
}

/** Every instance by its keys: `[seed=3] [seed=7]`. */
export function instanceList(steps: readonly GraphStep[]): string {
  return steps.map((step) => step.id.slice(step.id.indexOf('['))).join(' ');
}

function elided(values: readonly string[]): string {
  const all = values.join(',');
  return values.length <= 3 || all.length <= 12 ? all : `${values[0]}…${values.at(-1)}`;
}

function withoutKeys(why: string): string {
  return why.includes('[') ? why.replace(/\[[^\]\s]*=[^\]]*\]/g, '') : why;
}
