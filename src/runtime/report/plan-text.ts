// A plan, or a graph alone, as a drawing for a terminal: one row a stage, with its state and why.
import type { Plan, StepState } from '../plan.ts';
import type { Graph, GraphStage, GraphStep } from './graph.ts';
import { stagesOf } from './graph.ts';
import {
  foldedState,
  instanceLabel,
  instanceList,
  likewise,
  stateCounts,
  type Likewise,
} from './instances.ts';
import { laneRows } from './lanes.ts';
import type { Paint, Style } from './paint.ts';
import { costText } from './cost-text.ts';
import { duration } from './quantity.ts';
import { cutText, padText, textWidth } from './text-width.ts';

export interface PlanTextOptions {
  readonly paint: Paint;
  /** Every instance in a row of its own. */
  readonly verbose: boolean;
  /** Width to cut reasons to; `undefined` for no limit. */
  readonly columns: number | undefined;
}

const looks: Readonly<Record<StepState, { readonly symbol: string; readonly style: Style }>> = {
  cached: { symbol: '✔', style: 'green' },
  run: { symbol: '●', style: 'yellow' },
  pending: { symbol: '○', style: 'cyan' },
};

/** A longer label pushes its own state to the right, not everyone's. */
const widestLabel = 64;

interface Row {
  /** Tree and label; colour codes are not counted in its width. */
  readonly label: string;
  readonly state: StepState | undefined;
  readonly status: string;
  readonly why: string;
}

/** The drawing and the summary line. */
export function planText(plan: Plan, graph: Graph, options: PlanTextOptions): string {
  return `${graphText(graph, options)}\n${planSummary(plan, options.paint)}\n`;
}

/** The drawing alone; states are shown where the graph has them. */
export function graphText(graph: Graph, options: PlanTextOptions): string {
  const stages = stagesOf(graph);
  const lanes = laneRows(stages);
  const rows = stages.flatMap((stage, i) => {
    const lane = lanes[i] ?? { before: '', after: '', below: '' };
    const state = foldedState(stage);
    const { symbol, style } = state === undefined ? ({ symbol: '●', style: 'blue' } as const) : looks[state];
    const groups = likewise(stage);
    const tail = lane.after.trim() === '' ? '' : lane.after;
    const label =
      options.paint.dim(lane.before) +
      options.paint[style](symbol) +
      `${options.paint.dim(tail)} ${options.paint.dim(stage.kind)} ${options.paint.bold(stage.name)}` +
      instanceLabel(stage.steps);
    const head: Row = {
      label,
      state,
      status: stateCounts(stage),
      why: groups.length === 1 ? (groups[0]?.why ?? '') : '',
    };
    const indent = `${options.paint.dim(lane.below.padEnd(textWidth(lane.before) + 2))}  `;
    return [head, ...furtherRows(stage, groups, indent, options)];
  });
  const width = Math.max(
    0,
    ...rows.map((row) => textWidth(row.label)).filter((label) => label <= widestLabel),
  );
  const status = Math.max(0, ...rows.map((row) => textWidth(row.status)));
  return rows.map((row) => `${rowText(row, width, status, options)}\n`).join('');
}

/** `Plan: 3 to run, 2 pending, 10 cached.`, and below it what there is to do, where that can be counted. */
function planSummary(plan: Plan, paint: Paint): string {
  const { run, pending, cached } = plan.summary;
  const known = plan.steps.filter((step) => step.state !== 'cached');
  const estimate = known.reduce((sum, step) => sum + (step.estimate?.seconds ?? 0), 0);
  const all = known.length > 0 && known.every((step) => step.estimate?.seconds !== undefined);
  const time = all ? paint.dim(` About ${duration(estimate)} of work, going by earlier runs.`) : '';
  const work = costText(known);
  const counts = work === '' ? '' : `\n${paint.dim(`To do: ${work}.`)}`;
  return `${paint.bold('Plan:')} ${run} to run, ${pending} pending, ${cached} cached.${time}${counts}`;
}

/** Rows below the stage's own: its instances, where they differ or all are asked for. */
function furtherRows(
  stage: GraphStage,
  groups: readonly Likewise[],
  indent: string,
  options: PlanTextOptions,
): readonly Row[] {
  if (options.verbose)
    return stage.steps.length === 1
      ? []
      : stage.steps.map((step) => instanceRow([step], whyAndWork(step), indent, options));
  if (groups.length === 1) return [];
  return groups
    .filter((group) => group.state !== 'cached')
    .map(({ steps, why }) => {
      const [only] = steps;
      const exact = steps.length === 1 ? (only?.planned?.why ?? '') : why;
      return instanceRow(steps, exact, indent, options);
    });
}

/** `never ran: 64 texts to encode, 1 fit` */
function whyAndWork({ planned }: GraphStep): string {
  const work = planned === undefined ? '' : costText([planned]);
  return [planned?.why ?? '', work].filter((text) => text !== '').join(': ');
}

function instanceRow(
  steps: readonly GraphStep[],
  why: string,
  indent: string,
  options: PlanTextOptions,
): Row {
  const state = steps[0]?.planned?.state;
  const look = state === undefined ? undefined : looks[state];
  const symbol = look === undefined ? '' : `${options.paint[look.style](look.symbol)} `;
  return { label: `${indent}${symbol}${instanceList(steps)}`, state, status: state ?? '', why };
}

function rowText(row: Row, width: number, status: number, options: PlanTextOptions): string {
  if (row.status === '') return row.label;
  const left = `${padText(row.label, width)}   `;
  const style = row.state === undefined ? 'dim' : looks[row.state].style;
  const middle = padText(row.status, status);
  const room = options.columns === undefined ? Infinity : options.columns - textWidth(left) - status - 2;
  const why = room < 8 ? '' : cutText(row.why, room);
  return (
    why === '' ? left + options.paint[style](row.status) : `${left}${options.paint[style](middle)}  ${why}`
  ).trimEnd();
}
