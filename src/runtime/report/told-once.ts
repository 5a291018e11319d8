// A report on rows that its model was selected with is told so by the graph (which way they went) and by the rows (how many):
// a reader is told once, with both. Knows no layout.
import type { Mark } from '../../compiler/pipeline.ts';
import type { EvaluationReport } from '../../stages/report.ts';

export interface Told<R> {
  readonly report: R;
  readonly marks: readonly Mark[];
}

/** The mark gets the number of rows, and the check that has it is left out; either stays as it is without the other. */
export function toldOnce<R extends EvaluationReport>(report: R, marks: readonly Mark[]): Told<R> {
  const isDoubt = ({ name }: { readonly name: string }): boolean => name === 'optimistic';
  const check = report.checks.find(isDoubt);
  if (check === undefined || !marks.some(isDoubt)) return { report, marks };
  const [rows = ''] = check.message.split(', so '); // what follows is what the mark begins with
  return {
    report: { ...report, checks: report.checks.filter((one) => !isDoubt(one)) },
    marks: marks.map((mark) => (isDoubt(mark) ? { ...mark, message: `${mark.message}; ${rows}` } : mark)),
  };
}
