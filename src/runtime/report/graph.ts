// What every drawing of a program starts from: steps and edges, with states where a plan is known, and folded to one node a
// stage. Made from a `Plan` or a `Pipeline`; knows nothing of how it is drawn.
import { stepsOf } from '../../compiler/order.ts';
import type { Pipeline } from '../../compiler/pipeline.ts';
import type { Estimate, Plan, Reason, StepState } from '../plan.ts';

export interface GraphStep {
  readonly id: string;
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly doc?: string;
  readonly planned?: {
    readonly state: StepState;
    readonly why: string;
    readonly reasons: readonly Reason[];
    readonly estimate?: Estimate;
  };
}

export interface Graph {
  readonly program: string;
  /** Every step after its inputs. */
  readonly steps: readonly GraphStep[];
}

/** All instances of one stage, drawn as one. */
export interface GraphStage {
  readonly name: string;
  readonly kind: string;
  readonly doc?: string;
  readonly steps: readonly GraphStep[];
  /** Names of the stages it reads from that are drawn before it. */
  readonly inputs: readonly string[];
}

export function planGraph(plan: Plan, docs: ReadonlyMap<string, string> = new Map()): Graph {
  return {
    program: plan.program,
    steps: plan.steps.map(({ id, kind, inputs, ...planned }) => ({
      id,
      kind,
      inputs,
      planned,
      ...docOf(docs, id),
    })),
  };
}

export function pipelineGraph(pipeline: Pipeline): Graph {
  return {
    program: pipeline.source.path,
    steps: pipeline.steps.map((step) => ({
      id: step.id,
      kind: step.definition.name,
      inputs: [...new Set([...Object.values(step.inputs).flatMap(stepsOf), ...step.after])],
      ...(step.doc === undefined ? {} : { doc: step.doc }),
    })),
  };
}

/** Stages in the order of their first step. */
export function stagesOf(graph: Graph): readonly GraphStage[] {
  const byName = new Map<string, GraphStep[]>();
  for (const step of graph.steps) {
    const name = stageName(step.id);
    const steps = byName.get(name);
    if (steps === undefined) byName.set(name, [step]);
    else steps.push(step);
  }
  const drawn = new Set<string>();
  return [...byName].map(([name, steps]) => {
    const reads = new Set<string>();
    for (const step of steps) for (const id of step.inputs) reads.add(stageName(id));
    const inputs = [...drawn].filter((other) => reads.has(other));
    drawn.add(name);
    const [first] = steps;
    return {
      name,
      kind: first?.kind ?? '',
      steps,
      inputs,
      ...(first?.doc === undefined ? {} : { doc: first.doc }),
    };
  });
}

/** `score[seed=13]` -> `score` */
export function stageName(id: string): string {
  const bracket = id.indexOf('[');
  return bracket === -1 ? id : id.slice(0, bracket);
}

/** `score[seed=13,model="a"]` -> `[['seed', '13'], ['model', '"a"']]` */
export function stepKeys(id: string): readonly (readonly [name: string, value: string])[] {
  const bracket = id.indexOf('[');
  if (bracket === -1) return [];
  const text = id.slice(bracket + 1, -1);
  if (text.includes('"'))
    return (text.match(/[^,"=]+=(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? []).map((key) => keyAt(key, 0, key.length));
  const keys: (readonly [string, string])[] = [];
  for (let start = 0; start < text.length;) {
    const comma = text.indexOf(',', start);
    const end = comma === -1 ? text.length : comma;
    keys.push(keyAt(text, start, end));
    start = end + 1;
  }
  return keys;
}

function keyAt(text: string, start: number, end: number): readonly [name: string, value: string] {
  const sign = text.indexOf('=', start);
  return [text.slice(start, sign), text.slice(sign + 1, end)];
}

function docOf(docs: ReadonlyMap<string, string>, id: string): { readonly doc?: string } {
  const doc = docs.get(id);
  return doc === undefined ? {} : { doc };
}
