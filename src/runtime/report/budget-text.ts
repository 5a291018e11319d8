// The label budget of a report in words and as a figure of a table.
import { labelsUsed, type LabelBudget } from '../../stages/consumed.ts';
import { counted, grouped } from './quantity.ts';

/** `16 labelled examples used`, `48 labelled examples used: 32 to fit, 16 to select` */
export function budgetText(budget: LabelBudget): string {
  const all = `${counted(labelsUsed(budget), 'labelled example')} used`;
  if (budget.selected === 0) return all;
  return `${all}: ${grouped(budget.fitted)} to fit, ${grouped(budget.selected)} to select`;
}

/** `16`, `48 (32 + 16)`: to fit and to select. */
export function budgetFigure(budget: LabelBudget): string {
  const all = grouped(labelsUsed(budget));
  return budget.selected === 0 ? all : `${all} (${grouped(budget.fitted)} + ${grouped(budget.selected)})`;
}

/** `16`, `48 (32 + 16)`, `16 … 48` */
export function budgetRange(budgets: readonly LabelBudget[]): string {
  const figures = [...new Set(budgets.map(budgetFigure))];
  const [only = ''] = figures;
  if (figures.length < 2) return only;
  const all = budgets.map(labelsUsed);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return low === high ? grouped(low) : `${grouped(low)} … ${grouped(high)}`;
}
