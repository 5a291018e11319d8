// A graph, with or without a plan, in any of the formats.
import type { Plan } from '../plan.ts';
import type { Graph } from '../report/graph.ts';
import type { PlanTextOptions } from '../report/plan-text.ts';

export const drawingFormats = ['text', 'json', 'dot', 'mermaid', 'svg'] as const;
export type DrawingFormat = (typeof drawingFormats)[number];

/** Loads only what the format needs. */
export async function draw(
  graph: Graph,
  plan: Plan | undefined,
  format: DrawingFormat,
  options: PlanTextOptions,
): Promise<string> {
  switch (format) {
    case 'text': {
      const { graphText, planText } = await import('../report/plan-text.ts');
      return plan === undefined ? graphText(graph, options) : planText(plan, graph, options);
    }
    case 'json': {
      const { graphJson, planJson } = await import('../report/plan-json.ts');
      return plan === undefined ? graphJson(graph) : planJson(plan);
    }
    case 'dot':
    case 'mermaid':
    case 'svg': {
      const { drawing } = await import('../report/drawing.ts');
      const boxes = drawing(graph);
      if (format === 'dot') return (await import('../report/plan-dot.ts')).planDot(boxes);
      if (format === 'mermaid') return (await import('../report/plan-mermaid.ts')).planMermaid(boxes);
      return (await import('../report/plan-svg.ts')).planSvg(boxes);
    }
    default:
      return format satisfies never;
  }
}
