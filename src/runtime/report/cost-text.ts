// Words for work that can be counted before it is done, of one step or of many together.
import type { Cost } from '../../stages/cost.ts';
import type { PlannedStep } from '../plan.ts';
import { grouped } from './quantity.ts';

/** `2,000 rows to read, at least 1,240 texts to encode, 40 fits`; empty where there is nothing that is counted. */
export function costText(steps: readonly Pick<PlannedStep, 'estimate'>[]): string {
  const units = new Map<string, { count: number; all: boolean }>();
  for (const { estimate } of steps)
    for (const { count, unit } of estimate?.counts ?? []) add(units, unit, count);
  return [...units]
    .map(([unit, { count, all }]) =>
      all ? counted(count, unit) : count > 0 ? `at least ${counted(count, unit)}` : `some ${unit}`,
    )
    .join(', ');
}

function add(units: Map<string, { count: number; all: boolean }>, unit: string, count: Cost['count']): void {
  let sum = units.get(unit);
  if (sum === undefined) units.set(unit, (sum = { count: 0, all: true }));
  if (count === undefined) sum.all = false;
  else sum.count += count;
}

/** `1 text to encode`, `40 fits` */
function counted(count: number, unit: string): string {
  return `${grouped(count)} ${count === 1 ? unit.replace(/^(\w+)s\b/, '$1') : unit}`;
}
