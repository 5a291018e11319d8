// Plans and graphs as JSON for programs. A plan is printed as it is; a graph has neither states nor keys.
import type { Plan } from '../plan.ts';
import type { Graph } from './graph.ts';

/** `{ version, program, steps, edges, summary }` */
export function planJson(plan: Plan): string {
  const { version, program, steps, edges, summary } = plan;
  return `${JSON.stringify({ version, program, steps, edges, summary }, null, 2)}\n`;
}

/** `{ version, program, steps: [{ id, kind, doc?, inputs }], edges }` */
export function graphJson(graph: Graph): string {
  const steps = graph.steps.map(({ id, kind, doc, inputs }) => ({ id, kind, doc, inputs }));
  const edges = graph.steps.flatMap((step) => step.inputs.map((input) => [input, step.id]));
  return `${JSON.stringify({ version: 1, program: graph.program, steps, edges }, null, 2)}\n`;
}
