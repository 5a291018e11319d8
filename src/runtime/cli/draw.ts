// A graph, with or without a plan, in any of the formats.
import type { DrawingFormat } from './options.ts';
import type { Plan } from '../plan.ts';
import type { Graph } from '../report/graph.ts';
import { drawing } from '../report/drawing.ts';
import { planDot } from '../report/plan-dot.ts';
import { graphJson, planJson } from '../report/plan-json.ts';
import { paint } from '../report/paint.ts';
import { planMermaid } from '../report/plan-mermaid.ts';
import { planPage } from '../report/plan-page.ts';
import { planSvg } from '../report/plan-svg.ts';
import { graphText, planText, type PlanTextOptions } from '../report/plan-text.ts';

export async function draw(
  graph: Graph,
  plan: Plan | undefined,
  format: DrawingFormat,
  options: PlanTextOptions,
): Promise<string> {
  const words = (how: PlanTextOptions): string =>
    plan === undefined ? graphText(graph, how) : planText(plan, graph, how);
  switch (format) {
    case 'text':
      return words(options);
    case 'json':
      return plan === undefined ? graphJson(graph) : planJson(plan);
    case 'dot':
      return planDot(drawing(graph));
    case 'mermaid':
      return planMermaid(drawing(graph));
    case 'svg':
      return planSvg(drawing(graph));
    case 'html': {
      const text = words({ ...options, paint: paint(false), columns: undefined });
      return planPage({ program: graph.program, picture: await planSvg(drawing(graph)), text });
    }
    default:
      return format satisfies never;
  }
}
