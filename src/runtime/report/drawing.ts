// Boxes and arrows for the graphic formats: a box a step, or a box a stage where there would be too many. Knows no format.
import type { StepState } from '../plan.ts';
import type { Graph, GraphStage, GraphStep } from './graph.ts';
import { stageName, stagesOf } from './graph.ts';
import { foldedState, instanceLabel, likewise, stateCounts } from './instances.ts';

export interface Box {
  /** Valid as an identifier in DOT and Mermaid. */
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  /** `seed=13`, or `×10 seed=0…9`; empty outside `each`. */
  readonly instance: string;
  readonly state: StepState | undefined;
  /** `run`, or `1 run, 9 cached`; empty without a plan. */
  readonly status: string;
  /** What the program says about it, and why it runs; lines. */
  readonly tooltip: string;
}

export interface Drawing {
  readonly title: string;
  readonly boxes: readonly Box[];
  /** Keys of boxes. */
  readonly arrows: readonly (readonly [from: string, to: string])[];
}

/** More boxes than this are folded to one a stage. */
const mostBoxes = 60;

export function drawing(graph: Graph): Drawing {
  return graph.steps.length > mostBoxes ? folded(graph) : unfolded(graph);
}

function unfolded(graph: Graph): Drawing {
  const keys = new Map(graph.steps.map((step, i) => [step.id, `n${i}`]));
  const boxes = graph.steps.map((step): Box => {
    const bracket = step.id.indexOf('[');
    return {
      key: keys.get(step.id) ?? '',
      kind: step.kind,
      name: stageName(step.id),
      instance: bracket === -1 ? '' : step.id.slice(bracket + 1, -1).replaceAll(',', ', '),
      state: step.planned?.state,
      status: step.planned?.state ?? '',
      tooltip: tooltip(step.id, step.doc, [whyOf(step)]),
    };
  });
  return { title: graph.program, boxes, arrows: arrows(graph.steps, (id) => keys.get(id)) };
}

function folded(graph: Graph): Drawing {
  const stages = stagesOf(graph);
  const keys = new Map(stages.map((stage, i) => [stage.name, `n${i}`]));
  return {
    title: graph.program,
    boxes: stages.map((stage) => stageBox(stage, keys.get(stage.name) ?? '')),
    arrows: arrows(graph.steps, (id) => keys.get(stageName(id))),
  };
}

function stageBox(stage: GraphStage, key: string): Box {
  const instance = instanceLabel(stage.steps).trim().replace('[', '').replace(']', '');
  const why = likewise(stage).map((group) =>
    group.state === undefined ? '' : `${group.steps.length} ${group.state}${group.why && `: ${group.why}`}`,
  );
  return {
    key,
    kind: stage.kind,
    name: stage.name,
    instance,
    state: foldedState(stage),
    status: stateCounts(stage),
    tooltip: tooltip(stage.name, stage.doc, why),
  };
}

function arrows(
  steps: readonly GraphStep[],
  keyOf: (id: string) => string | undefined,
): readonly (readonly [string, string])[] {
  const seen = new Map<string, readonly [string, string]>();
  for (const step of steps)
    for (const input of step.inputs) {
      const from = keyOf(input);
      const to = keyOf(step.id);
      if (from !== undefined && to !== undefined && from !== to) seen.set(`${from} ${to}`, [from, to]);
    }
  return [...seen.values()];
}

function whyOf(step: GraphStep): string {
  if (step.planned === undefined) return '';
  return `${step.planned.state}${step.planned.why && `: ${step.planned.why}`}`;
}

function tooltip(title: string, doc: string | undefined, lines: readonly string[]): string {
  return [title, doc ?? '', ...lines].filter((line) => line !== '').join('\n');
}
