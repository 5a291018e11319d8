// A graph, with or without a plan, in any of the formats.
import type { DrawingFormat } from './options.ts';
import type { Plan } from '../plan.ts';
import type { Graph } from '../report/graph.ts';
import { drawing } from '../report/drawing.ts';
import { planDot } from '../report/plan-dot.ts';
import { graphJson, planJson } from '../report/plan-json.ts';
import { planMermaid } from '../report/plan-mermaid.ts';
import { planSvg } from '../report/plan-svg.ts';
import { graphText, planText, type PlanTextOptions } from '../report/plan-text.ts';

export async function draw(
  graph: Graph,
  plan: Plan | undefined,
  format: DrawingFormat,
  options: PlanTextOptions,
): Promise<string> {
  switch (format) {
    case 'text':
      return plan === undefined ? graphText(graph, options) : planText(plan, graph, options);
    case 'json':
      return plan === undefined ? graphJson(graph) : planJson(plan);
    case 'dot':
      return planDot(drawing(graph));
    case 'mermaid':
      return planMermaid(drawing(graph));
    case 'svg':
      return planSvg(drawing(graph));
    default:
      return format satisfies never;
  }
}
