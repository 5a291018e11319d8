// Judges `require:` from a report: on every run, whether the report is new or from the cache. Pure; knows no metrics.
import type { ComparisonReport, EvaluationReport, Figure } from './report.ts';
import type { Judgement } from './stage.ts';
import type { Operand, Requirement } from './value.ts';

/** What is wrong with a requirement whatever the figures will be, or nothing. */
export function requirementProblem({ operator, by, at, left, right }: Requirement): string | undefined {
  if ((by !== undefined || at !== undefined) && (operator === '==' || operator === '!='))
    return '`by` and `at` go with `<`, `<=`, `>` and `>=`';
  if (at !== undefined && Math.abs(at - 0.95) > 1e-9)
    return 'reports keep 95 % intervals, so a requirement can be judged `at 95%` only';
  if (typeof left === 'number' && typeof right === 'number') return 'neither side names a metric';
  return undefined;
}

export function judgeEvaluation(requirement: Requirement, report: EvaluationReport): Judgement {
  const sides = [requirement.left, requirement.right];
  // What the frozen probe is compared with is measured on the same rows.
  const beside = sides.some((side) => typeof side !== 'number' && side.of === 'frozen_probe');
  const own = (beside ? report.probed : undefined) ?? report;
  const find = (operand: Operand): Figure | undefined => {
    if (typeof operand === 'number') return { value: operand };
    if (operand.of === undefined) return own.metrics[operand.metric];
    const value = report.baselines[operand.of]?.[operand.metric];
    return value === undefined ? undefined : { value };
  };
  const left = find(requirement.left);
  const right = find(requirement.right);
  if (left === undefined || right === undefined) return unknown(requirement);
  const difference = overEpisodes(requirement, report) ?? minus(left, right);
  return decide(requirement, difference, [left, right], () =>
    report.episodes === undefined ? sameInEveryResample : sameInEveryEpisode,
  );
}

const sameInEveryResample =
  'there is no interval to judge by: every resample of the rows gives the same figure';
const sameInEveryEpisode = 'there is no interval to judge by: every episode gives the same figure';

/** The report's own paired difference from a baseline on the same episodes. */
function overEpisodes({ left, right }: Requirement, { episodes }: EvaluationReport): Figure | undefined {
  if (typeof left === 'number' || typeof right === 'number') return undefined;
  const found = episodes?.differences.find(({ baseline }) => baseline === (left.of ?? right.of));
  if (found === undefined || (left.of === undefined) === (right.of === undefined)) return undefined;
  const { value, low = null, high = null } = found.difference;
  return left.of === undefined ? interval(value, low, high) : interval(-value, negative(high), negative(low));
}

export function judgeComparison(requirement: Requirement, report: ComparisonReport): Judgement {
  const find = (operand: Operand): Figure | undefined => {
    if (typeof operand === 'number') return { value: operand };
    const name = operand.of ?? report.names[0] ?? '';
    const sample = report.metrics[operand.metric]?.[name];
    if (sample === undefined) return undefined;
    const { mean, low, high } = sample;
    return low === null || high === null ? { value: mean } : { value: mean, low, high };
  };
  const left = find(requirement.left);
  const right = find(requirement.right);
  if (left === undefined || right === undefined) return unknown(requirement);
  const sides = [left, right] as const;
  const named = typeof requirement.left !== 'number' && typeof requirement.right !== 'number';
  const difference =
    paired(requirement, report) ?? (named ? { value: left.value - right.value } : minus(left, right));
  return decide(requirement, difference, sides, () => whyNoInterval(requirement, report));
}

function whyNoInterval({ left, right }: Requirement, report: ComparisonReport): string {
  const noInterval = 'there is no interval to judge by';
  const sizes = [left, right].flatMap((side) =>
    typeof side === 'number' ? [] : [report.metrics[side.metric]?.[side.of ?? report.names[0] ?? '']?.n ?? 0],
  );
  if (Math.min(...sizes) < 2) return `${noInterval}: it takes at least two draws`;
  if (typeof left === 'number' || typeof right === 'number') return `${noInterval}: all draws are equal`;
  const known = report.differences.some(
    ({ metric, a, b }) =>
      metric === left.metric &&
      metric === right.metric &&
      ((a === left.of && b === right.of) || (a === right.of && b === left.of)),
  );
  return known
    ? `${noInterval}: the difference is the same in all pairs`
    : `${noInterval}: the report has no paired difference of the two`;
}

/** The report's own paired difference, where the requirement compares one metric of two compared names. */
function paired({ left, right }: Requirement, report: ComparisonReport): Figure | undefined {
  if (typeof left === 'number' || typeof right === 'number' || left.metric !== right.metric) return undefined;
  for (const { metric, a, b, mean, low, high } of report.differences) {
    if (metric !== left.metric) continue;
    if (a === left.of && b === right.of) return interval(mean, low, high);
    if (a === right.of && b === left.of) return interval(-mean, negative(high), negative(low));
  }
  return undefined;
}

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}

function interval(value: number, low: number | null, high: number | null): Figure {
  return low === null || high === null ? { value } : { value, low, high };
}

/** The interval of a difference is known where one side has none: it is that of the other side, shifted. */
function minus(left: Figure, right: Figure): Figure {
  const value = left.value - right.value;
  if (left.low !== undefined && left.high !== undefined && right.low === undefined)
    return { value, low: left.low - right.value, high: left.high - right.value };
  if (right.low !== undefined && right.high !== undefined && left.low === undefined)
    return { value, low: left.value - right.high, high: left.value - right.low };
  return { value };
}

/** `difference` is left minus right. With `at`, the bound of its interval nearer to zero has to hold, not its value. */
function decide(
  requirement: Requirement,
  difference: Figure,
  sides: readonly Figure[],
  whyUnknown: () => string,
): Judgement {
  const { text, operator, at, by = 0, left, right } = requirement;
  const [a, b] = sides.map(({ value }) => value);
  const larger = operator === '>' || operator === '>=';
  const bound = larger ? difference.low : difference.high;
  if (at !== undefined && bound === undefined) return { text, held: false, detail: whyUnknown() };
  const margin = at === undefined ? difference.value : (bound ?? NaN);
  const held = holds(larger ? margin - by : margin + by, operator);
  const shown = [
    typeof left === 'number' ? '' : `${name(left)} is ${figure(a ?? NaN)}`,
    typeof right === 'number' ? '' : `${name(right)} is ${figure(b ?? NaN)}`,
  ].filter((part) => part !== '');
  const { low, high } = difference;
  if (at !== undefined && low !== undefined && high !== undefined)
    shown.push(`the difference is ${figure(low)} to ${figure(high)} at 95 %`);
  return { text, held, detail: shown.join(', ') };
}

/** Tolerance: a difference of two decimal figures is not exact. */
function holds(difference: number, operator: Requirement['operator']): boolean {
  const zero = Math.abs(difference) < 1e-12;
  switch (operator) {
    case '>':
      return difference > 0 && !zero;
    case '>=':
      return difference > 0 || zero;
    case '<':
      return difference < 0 && !zero;
    case '<=':
      return difference < 0 || zero;
    case '==':
      return zero;
    case '!=':
      return !zero;
    default:
      return operator satisfies never;
  }
}

function unknown({ text, left, right }: Requirement): Judgement {
  const names = [left, right].flatMap((side) => (typeof side === 'number' ? [] : [`\`${name(side)}\``]));
  return { text, held: false, detail: `the report has no figure for ${names.join(' or ')}` };
}

function name(operand: Exclude<Operand, number>): string {
  return operand.of === undefined ? operand.metric : `${operand.of}.${operand.metric}`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
